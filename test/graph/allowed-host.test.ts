import { describe, expect, test } from 'vitest';
import { allowedHost } from '../../src/graph/allowed-host.js';
import { OathEnrollError } from '../../src/model/errors.js';
import { graphAt } from './make.js';

describe('a host of Microsoft Graph', () => {
  test.each([
    ['https://graph.microsoft.com/beta', 'https://graph.microsoft.com', 'https://login.microsoftonline.com'],
    ['https://graph.microsoft.us/beta', 'https://graph.microsoft.us', 'https://login.microsoftonline.us'],
    [
      'https://dod-graph.microsoft.us/beta',
      'https://dod-graph.microsoft.us',
      'https://login.microsoftonline.us',
    ],
    [
      'https://microsoftgraph.chinacloudapi.cn/beta',
      'https://microsoftgraph.chinacloudapi.cn',
      'https://login.chinacloudapi.cn',
    ],
  ])('%s signs in at its own cloud', (url, origin, authorityHost) => {
    expect(allowedHost(url)).toMatchObject({
      apiRoot: `${origin}/beta`,
      isLoopback: false,
      authorityHost,
      scope: `${origin}/.default`,
    });
  });

  test('is warned about where the API is not documented', () => {
    expect(allowedHost('https://graph.microsoft.com/beta').warning).toBeUndefined();
    expect(allowedHost('https://graph.microsoft.us/beta').warning).toMatch(/global cloud only/);
    expect(allowedHost('https://graph.microsoft.com/v1.0').warning).toMatch(/\/beta only/);
    const warnings: string[] = [];
    graphAt('https://graph.microsoft.us', { onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toHaveLength(1);
  });

  test.each([
    'https://GRAPH.Microsoft.com',
    'https://graph.microsoft.com:443/',
    'https://graph.microsoft.com/beta//',
  ])('%s is the default root', (url) =>
    expect(allowedHost(url).apiRoot).toBe('https://graph.microsoft.com/beta'),
  );
});

test.each([
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/beta'],
  ['http://127.1:8080/beta/', 'http://127.0.0.1:8080/beta'],
  ['http://[::1]:8080/beta', 'http://[::1]:8080/beta'],
  ['http://[0:0:0:0:0:0:0:1]:8080/beta', 'http://[::1]:8080/beta'],
  ['http://LOCALHOST:8080/v1.0', 'http://localhost:8080/v1.0'],
  ['https://localhost:8443/beta', 'https://localhost:8443/beta'],
])('%s is loopback', (url, apiRoot) => {
  expect(allowedHost(url)).toMatchObject({ apiRoot, isLoopback: true });
  expect(allowedHost(url).warning).toBeUndefined();
});

test.each([
  'http://graph.microsoft.com/beta',
  'https://graph.microsoft.com:8443/beta',
  'https://graph.microsoft.com./beta',
  'https://graph.microsoft.com.evil.example/beta',
  'https://evil.example/graph.microsoft.com',
  'https://notgraph.microsoft.com/beta',
  'https://graph.microsoft.com@evil.example/beta',
  'https://user:hunter2@graph.microsoft.com/beta',
  'http://127.0.0.1@evil.example/',
  'http://localhost.evil.example/',
  'http://localhost./',
  'http://evil.example#@localhost/',
  'http://127.0.0.2/',
  'http://0.0.0.0:8080/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::]/',
  'http://10.0.0.1/',
  'ftp://localhost/',
  'file:///etc/passwd',
  'https://graph.microsoft.com/beta?x=1',
  'https://graph.microsoft.com/beta#x',
  'graph.microsoft.com/beta',
  '',
])('%s is refused, before any credential is made', (url) => {
  let made = 0;
  const refused = (): unknown =>
    graphAt(url, {
      makeCredential: () => {
        made++;
        return Promise.reject(new Error('unused'));
      },
    });
  expect(refused).toThrow(OathEnrollError);
  expect(refused).toThrow(expect.objectContaining({ code: 'host' }) as Error);
  expect(refused).not.toThrow(/hunter2/);
  expect(made).toBe(0);
});

test.each([
  [
    'https://evil.example:8443/beta',
    'no token is sent to https://evil.example:8443: the Graph URL must be https on a host',
  ],
  ['graph.microsoft.com', 'the Graph URL is not a URL: it must be https on a host of Microsoft Graph'],
  ['https://amy@graph.microsoft.com/beta', 'the Graph URL must not hold a user name or password'],
  ['https://:hush@graph.microsoft.com/beta', 'the Graph URL must not hold a user name or password'],
  ['https://graph.microsoft.com/beta?x=1', 'the Graph URL must end with its path, without ? and #'],
])('%s is refused in words that help', (url, words) => {
  expect(() => allowedHost(url)).toThrow(words);
});
