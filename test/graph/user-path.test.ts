import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { userPath } from '../../src/graph/user-path.js';
import { activate, graphAt, row } from './make.js';
import { serve, type Received } from './server.js';

const ACTION = '/authentication/hardwareOathMethods/assignAndActivateBySerialNumber';

async function urlsOf(users: readonly string[]): Promise<string[]> {
  const server = await serve((_request, response) => {
    response.writeHead(204).end();
  });
  const { port } = graphAt(server.origin);
  for (const user of users) await port.ask(activate({ user }));
  return server.received.map((request: Received) => request.url);
}

test('whoever is signed in has a path of their own, whomever the row names', async () => {
  const server = await serve((request, response) => {
    if (request.method === 'POST') response.writeHead(204).end();
    else response.writeHead(200).end('{"value":[]}');
  });
  const { port } = graphAt(server.origin, { self: true });
  await port.ask(activate({ user: '87d349ed-44d7-43e1-9a83-5f2406dee5bd' }));
  await port.ask({ kind: 'user_tokens', row: row() });
  expect(server.received.map(({ url }) => url)).toEqual([
    `/beta/me${ACTION}`,
    '/beta/me/authentication/hardwareOathMethods',
  ]);
});

describe('the user that a server sees', () => {
  test('is one segment, encoded once, whatever stands in it', async () => {
    const users = [
      'amy@contoso.example',
      '87d349ed-44d7-43e1-9a83-5f2406dee5bd',
      'guest_fabrikam.example#EXT#@contoso.example',
      "o'hara@contoso.example",
      'a+b@contoso.example',
      '50%25@contoso.example',
      'a/b?c&d=e;f:g@contoso.example',
      'https://evil.example/x',
      'zoë müller@contoso.example',
      '%2e%2e',
      '...',
    ];
    const urls = await urlsOf(users);
    expect(urls).toHaveLength(users.length);
    const segments = urls.map((url) => /^\/beta\/users\/([^/?#]+)(\/.*)$/.exec(url)!);
    expect(segments.map((match) => decodeURIComponent(match[1]!))).toEqual(users);
    expect(segments.map((match) => match[2])).toEqual(users.map(() => ACTION));
    expect(urls[2]).toContain('%23EXT%23');
  });

  test('that begins with $ is quoted, its apostrophes doubled', async () => {
    const [url] = await urlsOf(["$a'b/c@contoso.example"]);
    expect(url).toBe(`/beta/users('%24a''b%2Fc@contoso.example')${ACTION}`);
  });

  test('is any text at all', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(204).end();
    });
    const { port } = graphAt(server.origin);
    const anyUser = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((user) => !user.startsWith('$') && user !== '.' && user !== '..');
    await fc.assert(
      fc.asyncProperty(anyUser, async (user) => {
        await port.ask(activate({ user }));
        expect(decodeURIComponent(server.received.at(-1)!.url.split('/')[3]!)).toBe(user);
      }),
    );
  });
});

test('what is wrong with a name is told', () => {
  expect(() => userPath('..')).toThrow('".." is no user: give a user principal name or an object id');
  expect(() => userPath('\ud800')).toThrow('this is not valid Unicode text: save the file as UTF-8');
});

test.each(['', '.', '..', '\ud800'])('%j is refused: no URL can name it', (user) => {
  expect(() => userPath(user)).toThrow(expect.objectContaining({ code: 'input' }) as Error);
});

test('a serial number is quoted in its filter and reaches the server whole', async () => {
  const server = await serve((_request, response) => {
    response.end('{"value":[]}');
  });
  const { port } = graphAt(server.origin);
  const serials = ['TOTP123456', "it's & more=100% +#?/", '=1', 'https://evil.example/x(y)=z'];
  for (const serialNumber of serials) {
    const answer = await port.ask({ kind: 'inventory', row: row({ serialNumber }) });
    expect(answer).toMatchObject({ kind: 'answered', httpStatus: 200 });
  }
  const filters = server.received.map(({ url }) => new URL(url, server.origin).searchParams.get('$filter'));
  expect(filters).toEqual(serials.map((serial) => `serialNumber eq '${serial.replaceAll("'", "''")}'`));
  expect(server.received[0]!.url).toBe(
    '/beta/directory/authenticationMethodDevices/hardwareOathDevices?$filter=serialNumber%20eq%20%27TOTP123456%27',
  );
});
