import type { Granted } from '../model/granted.js';

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

/** Whether the signed-in identity may enrol, by the claims of its access token. */
export function checkPermissions(granted: Granted): PermissionCheck {
  if (granted.kind === 'all') return {};
  if (granted.kind === 'unknown')
    return { warning: `The access token cannot be read: whether it bears ${ENROL} was not checked.` };
  const { kind, permissions } = granted;
  const has = (name: string): boolean =>
    permissions.some((each) => each.toLowerCase() === name.toLowerCase());
  if (!has(ENROL)) {
    if (has(ENROL_HARDWARE_ONLY))
      return {
        warning: `The sign-in has ${ENROL_HARDWARE_ONLY}; Microsoft names ${ENROL} for this, so try one row first.`,
      };
    return {
      hindrance:
        `not allowed: the signed-in ${kind === 'application' ? 'app' : 'person'} lacks the ${kind} permission ${ENROL}. ` +
        'Add it in the Entra admin center: App registrations > the app > API permissions > Microsoft Graph, and grant admin consent',
    };
  }
  const lacksRole =
    granted.kind === 'delegated' && granted.roles?.some((role) => ROLES.has(role.toLowerCase())) === false;
  return lacksRole
    ? {
        warning:
          'The signed-in person seems to lack the role Authentication Administrator (for users who are administrators: ' +
          'Privileged Authentication Administrator). A role for an administrative unit alone does not show here.',
      }
    : {};
}
