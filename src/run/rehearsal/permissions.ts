import type { Granted } from '../../model/granted.js';
import type { Purpose } from '../../model/row.js';

/** What enrolling others needs (Graph page "hardwareOathAuthenticationMethod: assignAndActivateBySerialNumber"). */
const ENROL = 'UserAuthenticationMethod.ReadWrite.All';

/** A narrower one of the permissions reference; that page of the action does not name it. */
const ENROL_HARDWARE_ONLY = 'UserAuthMethod-HardwareOATH.ReadWrite.All';

/** Directory roles, by template id, one of which a person needs (page "Microsoft Entra built-in roles"). */
const ROLES: ReadonlySet<string> = new Set([
  'c4e39bd9-1100-46d3-8c65-fb160da0071f', // Authentication Administrator
  '7be44c8a-adaf-4e2a-84d6-ab2649e08a13', // Privileged Authentication Administrator
  '62e90394-69f5-4237-9190-012177145e10', // Global Administrator
]);

/** What the sign-in says of a run. */
export interface PermissionCheck {
  /** Why no row at all would be enrolled, and how to mend it. */
  readonly hindrance?: string;
  /** What a person should know all the same. */
  readonly warning?: string;
}

/** What adding to the inventory needs (Graph page "Create hardwareOathTokenAuthenticationMethodDevice"). */
const IMPORT = 'Policy.ReadWrite.AuthenticationMethod';

const NEEDED: Readonly<Record<Purpose, readonly string[]>> = {
  enroll: [ENROL],
  import: [IMPORT],
  import_and_enroll: [ENROL, IMPORT],
  look_up: [],
};

/** Whether the signed-in identity may do what rows are for, by the claims of its access token. */
export function checkPermissions(granted: Granted, purpose: Purpose = 'enroll'): PermissionCheck {
  if (granted.kind === 'all') return {};
  const needed = NEEDED[purpose];
  if (granted.kind === 'unknown')
    return {
      warning: `The access token cannot be read: whether it bears ${needed.join(' and ')} was not checked.`,
    };
  const { kind, permissions } = granted;
  const has = (name: string): boolean =>
    permissions.some((each) => each.toLowerCase() === name.toLowerCase());
  const narrower = needed.includes(ENROL) && !has(ENROL) && has(ENROL_HARDWARE_ONLY);
  const lacking = needed.filter((name) => !has(name) && !(name === ENROL && narrower));
  if (lacking.length > 0) {
    return {
      hindrance:
        `not allowed: the signed-in ${kind === 'application' ? 'app' : 'person'} lacks the ${kind} permission ${lacking.join(' and ')}. ` +
        'Add it in the Entra admin center: App registrations > the app > API permissions > Microsoft Graph, and grant admin consent',
    };
  }
  if (narrower)
    return {
      warning: `The sign-in has ${ENROL_HARDWARE_ONLY}; Microsoft names ${ENROL} for this, so try one row first.`,
    };
  const lacksRole =
    granted.kind === 'delegated' && granted.roles?.some((role) => ROLES.has(role.toLowerCase())) === false;
  return lacksRole && purpose !== 'import'
    ? {
        warning:
          'The signed-in person seems to lack the role Authentication Administrator (for users who are administrators: ' +
          'Privileged Authentication Administrator). A role for an administrative unit alone does not show here.',
      }
    : {};
}
