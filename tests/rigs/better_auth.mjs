// Better Auth on loopback, in memory: prints its address, then one line of JSON with a session's token, and serves on.
import { createServer } from "node:http";

import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

let handle = (request, response) => response.writeHead(503).end();
const server = createServer((request, response) => {
  response.shouldKeepAlive = false;
  return handle(request, response);
});
server.listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  const tables = { user: [], session: [], account: [], verification: [], jwks: [] };
  const auth = betterAuth({
    baseURL: url,
    secret: process.env.BETTER_AUTH_SECRET,
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    plugins: [jwt()],
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
  handle = toNodeHandler(auth);
  const made = await auth.api.signUpEmail({
    body: { email: "node@mail.example", password: "correct horse battery", name: "Noda Peer" },
    returnHeaders: true,
  });
  const cookie = made.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
  const { token } = await auth.api.getToken({ headers: new Headers({ cookie }) });
  console.log(JSON.stringify({ url, jwks: `${url}/api/auth/jwks`, token, user: made.response.user.id }));
});
