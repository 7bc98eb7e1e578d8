import { type PublicFormat, RECORD_TIME, record } from './public-format.ts';

/** A gateway that receives webhooks writes the body as the value and the headers as headers. */
const push =
  '{"ref":"refs/heads/main","before":"6113728f27ae82c7b1a177c8d03f9e96e0adf246",' +
  '"after":"0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c","forced":false,"compare":"https://github.com/o/r/compare/a...b",' +
  '"commits":[{"id":"0d1a26e","message":"Fix \\"quotes\\" \\u2713\\n\\nCloses #7","added":[],"removed":[],' +
  '"modified":["README.md"]}],"repository":{"id":186853002,"full_name":"o/r","private":false,"size":0},' +
  '"sender":{"login":"octocat","id":583231,"site_admin":false}}';
const star =
  '{"action":"created","starred_at":"2026-11-24T09:30:00Z","repository":{"id":186853002,"full_name":"o/r"},' +
  '"sender":{"login":"hubot","id":480938}}';

const github: PublicFormat = {
  name: 'GitHub webhook',
  envelope: {
    id: { header: 'X-GitHub-Delivery' },
    type: { header: 'X-GitHub-Event' },
    user: '/sender/login',
  },
  records: [
    record(
      {
        value: push,
        headers: {
          'X-GitHub-Event': 'push',
          'X-GitHub-Delivery': '72D3162E-cc78-11e3-81ab-4c9367dc0958',
          'X-Hub-Signature-256': 'sha256=00',
        },
      },
      { event_type: 'push', event_time: RECORD_TIME, user_id: 'octocat', payloadJson: push },
    ),
    record(
      {
        value: star,
        headers: { 'X-GitHub-Event': 'star', 'X-GitHub-Delivery': '0b989ba4-242f-11e5-81e1-c7b6966d2516' },
      },
      { event_type: 'star', event_time: RECORD_TIME, user_id: 'hubot', payloadJson: star },
    ),
    record({ value: star, headers: { 'X-GitHub-Event': 'star' } }, 'not_an_event'),
  ],
};

const charge =
  '{\n      "id": "ch_3PqZ",\n      "object": "charge",\n      "amount": 2000,\n      "currency": "eur",\n' +
  '      "customer": "cus_Q1",\n      "metadata": {"order": "9007199254740993"},\n      "paid": true\n    }';
const customer = '{"id":"cus_Q2","object":"customer","balance":-0,"customer":null,"email":null}';

const stripe: PublicFormat = {
  name: 'Stripe webhook',
  envelope: {
    id: '/id',
    type: '/type',
    time: { pointer: '/created', unit: 's' },
    user: '/data/object/customer',
    payload: '/data/object',
  },
  records: [
    record(
      {
        value: `{
  "id": "evt_3PqZ1",
  "object": "event",
  "api_version": "2026-03-25",
  "created": 1795512600,
  "data": {
    "object": ${charge}
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {"id": "req_1", "idempotency_key": "677A3112-FBAD-4804-BA61-CEF1CC13D155"},
  "type": "charge.succeeded"
}`,
      },
      {
        event_type: 'charge.succeeded',
        event_time: '2026-11-24T09:30:00Z',
        user_id: 'cus_Q1',
        payloadJson: charge,
      },
    ),
    record(
      {
        value:
          '{"id":"evt_3PqZ2","object":"event","created":1795512601,"type":"customer.created",' +
          `"data":{"object":${customer},"previous_attributes":{}},"livemode":false,"request":null}`,
      },
      {
        event_type: 'customer.created',
        event_time: '2026-11-24T09:30:01Z',
        user_id: null,
        payloadJson: customer,
      },
    ),
  ],
};

const order =
  '{"id":820982911946154508,"admin_graphql_api_id":"gid:\\/\\/shopify\\/Order\\/820982911946154508",' +
  '"created_at":"2026-11-24T04:30:00-05:00","total_price":"398.00","current_total_tax":"0.00","currency":"USD",' +
  '"customer":{"id":115310627314723954,"email":"a@example.com","tags":""},"line_items":[{"id":866550311766439020,' +
  '"price":"199.00","quantity":1,"grams":567}],"note":null,"test":true}';

const shopify: PublicFormat = {
  name: 'Shopify webhook',
  envelope: {
    id: { header: 'X-Shopify-Event-Id' },
    type: { header: 'X-Shopify-Topic' },
    time: { header: 'X-Shopify-Triggered-At' },
    user: '/customer/id',
  },
  records: [
    record(
      {
        value: order,
        headers: {
          'X-Shopify-Topic': 'orders/create',
          'X-Shopify-Event-Id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
          'X-Shopify-Webhook-Id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
          'X-Shopify-Triggered-At': '2026-11-24T09:30:01.177120704Z',
          'X-Shopify-Shop-Domain': 'shop.example.com',
        },
      },
      {
        event_type: 'orders/create',
        event_time: '2026-11-24T09:30:01.177120704Z',
        user_id: '115310627314723954',
        payloadJson: order,
      },
    ),
  ],
};

const message =
  '{"type":"message","channel":"C2147483705","user":"U2147483697","text":"Hello \\ud83d\\ude00 <@U1>",' +
  '"ts":"1795512600.000200","event_ts":"1795512600.000200"}';

const slack: PublicFormat = {
  name: 'Slack Events API',
  envelope: {
    id: '/event_id',
    type: '/event/type',
    time: '/event/event_ts',
    user: '/event/user',
    payload: '/event',
  },
  records: [
    record(
      {
        value:
          `{"token":"x","team_id":"T1","api_app_id":"A1","event":${message},"type":"event_callback",` +
          '"event_id":"Ev08MFMKH6","event_time":1795512600,"authorizations":[]}',
      },
      {
        event_type: 'message',
        event_time: '2026-11-24T09:30:00.000200Z',
        user_id: 'U2147483697',
        payloadJson: message,
      },
    ),
    record({ value: '{"token":"x","challenge":"3eZbrw1aB","type":"url_verification"}' }, 'not_an_event'),
  ],
};

export const webhooks: readonly PublicFormat[] = [github, stripe, shopify, slack];
