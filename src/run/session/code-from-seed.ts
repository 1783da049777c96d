import { Secret as OtpSecret, TOTP } from 'otpauth';
import type { Row } from '../../model/row.js';
import { Secret } from '../../model/secret.js';

/** The six digits that the row's token shows at an instant of wall time, made from its seed (RFC 6238). */
export function codeFromSeed(row: Row, nowMs: number): Secret {
  if (row.proof.kind !== 'seed') throw new Error('the row has a code, not a seed');
  const totp = new TOTP({
    secret: OtpSecret.fromBase32(row.proof.seed.reveal()),
    algorithm: row.proof.hashFunction === 'hmacsha256' ? 'SHA256' : 'SHA1',
    digits: 6,
    period: row.intervalS,
  });
  return new Secret(totp.generate({ timestamp: nowMs }));
}
