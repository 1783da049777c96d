import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'vitest';

/** Made for these tests, for 127.0.0.1: nobody trusts it, and nothing but these tests is served with it. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAMruLMOuRuN68WsH
pmZ8JX9gh+ewZSR1EdN3rKzm7rWhRANCAASXfK3Ydd7YYxNjVrEfOa/fyRJ7IJFn
GdSFE+upbVwjAL4ybR3JSaAVQQ5qIWxO6msRNdrH7zfsT+95NCAXyTpg
-----END PRIVATE KEY-----`;
const CERT = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUFvGZnmhbrxYd4RuMn2H6tkzgtqEwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyNDE4MTY0N1oYDzIxMjYxMDMx
MTgxNjQ3WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASXfK3Ydd7YYxNjVrEfOa/fyRJ7IJFnGdSFE+upbVwjAL4ybR3JSaAV
QQ5qIWxO6msRNdrH7zfsT+95NCAXyTpgo2QwYjAdBgNVHQ4EFgQUPjrWSJq1TtUM
ygiynk0JQwVO9/0wHwYDVR0jBBgwFoAUPjrWSJq1TtUMygiynk0JQwVO9/0wDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IQD+5GUfbeeHJwUBbuhINkzNeJm7xY1fV0qbRRGOQz1sFwIgV3mjJXOoIPMcRHy+
goLncCseDZgUAopUdjLYckcLjb4=
-----END CERTIFICATE-----`;

/**
 * API root of a server whose certificate no authority has signed: what a proxy that looks into TLS is to Node. It is
 * closed when the test ends; a call that comes through fails it.
 */
export async function startUntrustedServer({
  onTestFinished,
}: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  let calls = 0;
  const server = createServer({ key: KEY, cert: CERT }, (_request, response) => {
    calls += 1;
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    if (calls > 0) throw new Error(`${calls} calls went to a server that nobody trusts`);
  });
  const { port } = server.address() as AddressInfo;
  return `https://127.0.0.1:${port}/beta`;
}
