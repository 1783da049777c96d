/** Why the tenant would not do what it was asked: the truth, which Graph's answer need not tell. */
export type RefusalCause =
  | 'unknown_user'
  | 'unknown_serial'
  | 'wrong_code'
  | 'held_by_another'
  | 'already_active'
  | 'guest'
  | 'too_many_methods'
  | 'policy_off'
  | 'failed_activation'
  | 'token_assigned'
  | 'not_assigned'
  | 'duplicate_serial'
  | 'unknown_device'
  | 'bad_device'
  | 'not_yet_visible';

interface GraphError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/**
 * How Graph words its refusals. Its real codes for these causes are unknown, save that of an unknown user, so
 * `vague` gives one answer for all of them and a client has to look up what is true; `plain` tells each apart.
 */
export type RefusalStyle = 'vague' | 'plain';

const VAGUE: GraphError = { status: 400, code: 'badRequest', message: 'The request could not be completed.' };

const PLAIN: Readonly<Record<Exclude<RefusalCause, 'unknown_user'>, GraphError>> = {
  unknown_serial: {
    status: 404,
    code: 'resourceNotFound',
    message: 'No hardware token has this serial number.',
  },
  wrong_code: {
    status: 400,
    code: 'invalidVerificationCode',
    message: 'The verification code is not valid.',
  },
  held_by_another: { status: 409, code: 'conflict', message: 'The token is assigned to another user.' },
  already_active: { status: 409, code: 'conflict', message: 'The token is already activated for this user.' },
  guest: { status: 400, code: 'notSupported', message: 'The method is not available to guest users.' },
  too_many_methods: {
    status: 400,
    code: 'limitExceeded',
    message: 'The user has five OATH methods already.',
  },
  policy_off: {
    status: 400,
    code: 'notSupported',
    message: 'The policy does not allow hardware OATH tokens.',
  },
  failed_activation: {
    status: 400,
    code: 'failedActivation',
    message: 'The token has failed its activation.',
  },
  token_assigned: { status: 400, code: 'badRequest', message: 'The token must be unassigned first.' },
  not_assigned: { status: 404, code: 'resourceNotFound', message: 'The user has no such method.' },
  duplicate_serial: { status: 409, code: 'conflict', message: 'The serial number exists already.' },
  unknown_device: { status: 404, code: 'resourceNotFound', message: 'The device does not exist.' },
  bad_device: { status: 400, code: 'badRequest', message: 'A property of the device is not valid.' },
  not_yet_visible: {
    status: 404,
    code: 'resourceNotFound',
    message: 'The requested resource was not found.',
  },
};

/** Causes that say nothing about a code or a token's holder, so that Graph has no reason to be vague. */
const NEVER_VAGUE: ReadonlySet<RefusalCause> = new Set([
  'unknown_device',
  'not_assigned',
  'bad_device',
  'not_yet_visible',
]);

/** Graph's answer to a refusal; `subject` is the user or id that an unknown-resource message names. */
export function refusalError(cause: RefusalCause, style: RefusalStyle, subject: string): GraphError {
  if (cause === 'unknown_user')
    return {
      status: 404,
      code: 'Request_ResourceNotFound',
      message: `Resource '${subject}' does not exist or one of its queried reference-property objects are not present.`,
    };
  return style === 'vague' && !NEVER_VAGUE.has(cause) ? VAGUE : PLAIN[cause];
}
