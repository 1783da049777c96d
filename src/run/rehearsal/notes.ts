import type { MethodPolicy, Read } from '../../model/read.js';
import type { Known } from '../reads/facts.js';
import type { Denial } from '../reads/fact-finder.js';
import { told } from '../../dispatch/decisions/decision.js';

const METHODS =
  'UserAuthenticationMethod.Read.All; a person also needs the role Authentication Administrator, for users who are administrators Privileged Authentication Administrator';

/** What a denied read leaves unchecked, and what would allow it (the permissions that each page of Graph names). */
const UNCHECKED: Readonly<Record<Read['kind'], { readonly what: string; readonly grant: string }>> = {
  user: { what: 'whether users exist, are enabled and are no guests', grant: 'User.Read.All' },
  user_tokens: { what: 'which tokens users have', grant: METHODS },
  user_apps: { what: 'how many authenticator apps users have', grant: METHODS },
  inventory: {
    what: 'whether tokens are in the inventory and free, and their intervals',
    grant: 'Policy.Read.All',
  },
  whole_inventory: { what: 'which tokens are in the inventory', grant: 'Policy.Read.All' },
  policy: {
    what: 'whether the policy of hardware OATH tokens is on',
    grant: 'Policy.Read.AuthenticationMethod',
  },
};

/** Says once what may not be read, instead of for each row. */
export function denialNote({ kind, count, isForSome }: Denial): string {
  const { what, grant } = UNCHECKED[kind];
  const forWhom = isForSome ? ` for ${count} of them` : '';
  return `Not checked${forWhom}: ${what}. It may not be read (HTTP 403); grant ${grant}.`;
}

/** What the tenant's policy says of all rows. */
export function checkPolicy(policy: Known<MethodPolicy>): {
  readonly hindrance?: string;
  readonly note?: string;
} {
  switch (policy.kind) {
    case 'known':
      if (!policy.value.isOn)
        return {
          hindrance:
            'the policy of hardware OATH tokens is off: enable it in the Entra admin center under Authentication methods, ' +
            'for the group that gets tokens. That takes 20 minutes to an hour to spread',
        };
      return policy.value.isForAll
        ? {}
        : {
            note: 'The policy of hardware OATH tokens is on for some groups; whether these users are in them was not checked.',
          };
    case 'missing':
    case 'unread':
      return {
        note: `The policy of hardware OATH tokens could not be read (${told(policy.answer)}): see whether it is on.`,
      };
    case 'denied':
    case 'ended':
      return {};
  }
}
