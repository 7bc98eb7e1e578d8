import fc from 'fast-check';

const two = (max: number) => fc.nat(max).map((value) => String(value).padStart(2, '0'));

const date = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((one) => one.toISOString().slice(0, 10));

const fraction = fc.oneof(
  fc.constantFrom('', '.5', '.123', '.123456', '.9999999', '.0000005', '.1234565'),
  fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }).map((digits) => `.${digits.join('')}`),
);

const zone = fc.oneof(
  fc.constantFrom('Z', 'z', '+15:59', '-15:59', '-00:00'),
  fc
    .tuple(fc.constantFrom('+', '-'), two(15), two(59))
    .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
);

/** Any time that an event may have: RFC 3339 with an offset, of the years 0001 to 9999, without a leap second. */
export const anyTime = fc
  .tuple(date, fc.constantFrom('T', 't'), two(23), two(59), two(59), fraction, zone)
  .map(([day, t, hour, minute, second, rest, end]) => `${day}${t}${hour}:${minute}:${second}${rest}${end}`);
