import { type PublicFormat, record } from './public-format.ts';

const properties = '{"order_id":"50314b8e9bcf000000000000","total":27.50,"currency":"USD","products":[]}';

const segment: PublicFormat = {
  name: 'Segment track call',
  envelope: { id: '/messageId', type: '/event', time: '/timestamp', user: '/userId', payload: '/properties' },
  records: [
    record(
      {
        value:
          '{"anonymousId":"507f191e810c19729de860ea","channel":"browser","context":{"ip":"192.0.2.8"},"event":' +
          '"Order Completed","integrations":{},"messageId":"ajs-next-1795512600-f7rdDe","receivedAt":' +
          '"2026-11-24T09:30:02.909Z","sentAt":"2026-11-24T09:30:01.000Z","timestamp":"2026-11-24T09:30:00.591Z",' +
          `"type":"track","userId":"AiUGstSDIg","properties":${properties}}`,
      },
      {
        event_type: 'Order Completed',
        event_time: '2026-11-24T09:30:00.591Z',
        user_id: 'AiUGstSDIg',
        payloadJson: properties,
      },
    ),
    record(
      {
        value:
          '{"anonymousId":"507f","event":"Viewed","messageId":"ajs-next-2","timestamp":"2026-11-24T09:30:00Z",' +
          '"type":"track","userId":null,"properties":{}}',
      },
      { event_type: 'Viewed', event_time: '2026-11-24T09:30:00Z', user_id: null, payloadJson: '{}' },
    ),
  ],
};

const snowplowEvent =
  '{"app_id":"web","platform":"web","collector_tstamp":"2026-11-24T09:30:00.442Z","event":"unstruct","event_id":' +
  '"C6EF3124-B53A-4B13-A233-0088F79DCBCB","user_id":"jon.doe@example.com","domain_sessionidx":3,"event_name":' +
  '"link_click","unstruct_event_com_snowplowanalytics_snowplow_link_click_1":{"targetUrl":"http://example.com/?a=%20b"},' +
  '"geo_latitude":37.443604,"br_features_pdf":null}';

const snowplow: PublicFormat = {
  name: 'Snowplow enriched event',
  envelope: { id: '/event_id', type: '/event_name', time: '/collector_tstamp', user: '/user_id' },
  records: [
    record(
      { value: snowplowEvent },
      {
        event_type: 'link_click',
        event_time: '2026-11-24T09:30:00.442Z',
        user_id: 'jon.doe@example.com',
        payloadJson: snowplowEvent,
      },
    ),
  ],
};

const ga4Event =
  '{"event_date":"20261124","event_timestamp":"1795512600123456","event_name":"page_view","event_params":[{"key":' +
  '"page_title","value":{"string_value":"Caf\\u00e9","int_value":null}},{"key":"ga_session_id","value":{"int_value":' +
  '"1795512599"}}],"user_pseudo_id":"1234567890.1795500000","stream_id":"9007199254740993","items":[]}';

const ga4: PublicFormat = {
  name: 'Google Analytics 4 export',
  envelope: {
    type: '/event_name',
    time: { pointer: '/event_timestamp', unit: 'us' },
    user: '/user_pseudo_id',
  },
  records: [
    record(
      { value: ga4Event },
      {
        event_type: 'page_view',
        event_time: '2026-11-24T09:30:00.123456Z',
        user_id: '1234567890.1795500000',
        payloadJson: ga4Event,
      },
    ),
  ],
};

export const analytics: readonly PublicFormat[] = [segment, snowplow, ga4];
