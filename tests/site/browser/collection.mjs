// Runs a Postman collection or an HTTP file against a server, as their own programs do: just what ours need of them.
// Usage: node collection.mjs FILE BASE_URL API_KEY. Prints each request with its tests as JSON.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { randomUUID } from "node:crypto";
import vm from "node:vm";

const [file, baseUrl, apiKey] = process.argv.slice(2);
const text = readFileSync(file, "utf8");
const variables = { baseUrl, apiKey };
const filled = (source) => source.replaceAll(/\{\{(.+?)\}\}/g, (_, name) => {
  if (["$guid", "$random.uuid"].includes(name)) return randomUUID();
  if (!(name in variables)) throw new Error(`nothing has set ${name}`);
  return variables[name];
});

function postman(collection) {
  return collection.item.map(({ name, request, event }) => {
    const path = request.url.path.map((part) => part.startsWith(":")
      ? request.url.variable.find(({ key }) => key === part.slice(1)).value : part).join("/");
    return {
      name, method: request.method, url: `{{baseUrl}}/${path}`, body: request.body?.raw,
      headers: [["Authorization", "Bearer {{apiKey}}"], ...request.header.map(({ key, value }) => [key, value])],
      script: event[0].script.exec.join("\n"),
    };
  });
}

function http(source) {
  return source.split(/^### /m).slice(1).map((part) => {
    const [, name, method, url, headers, body, script] = part.match(
      /^(.+)\n(\w+) (\S+)\n((?:[\w-]+: .+\n)*)\n(?:(\{[^]*?^\})\n\n)?> \{%\n([^]*?)%\}/m);
    return { name, method, url, body, script, headers: headers.trim().split("\n").map((line) => line.split(/: (.*)/s)) };
  });
}

const expectation = (value) => ({
  to: {
    include: (part) => { if (!value.includes(part)) throw new Error(`${value} lacks ${part}`); },
    eql: (other) => { if (!isDeepStrictEqual(value, other)) throw new Error(`${value} is not ${other}`); },
    have: { property: (name) => { if (!(name in value)) throw new Error(`there is no ${name}`); } },
  },
});

const results = [];
for (const { name, method, url, headers, body, script } of file.endsWith(".json") ? postman(JSON.parse(text)) : http(text)) {
  const response = await fetch(filled(url), {
    method, headers: headers.map(([key, value]) => [key, filled(value)]), body: body && filled(body),
  });
  const received = await response.text();
  const tests = {};
  const test = (title, check) => {
    try { check(); tests[title] = true; } catch (error) { tests[title] = error.message; }
  };
  const status = (code) => { if (response.status !== code) throw new Error(`${response.status}: ${received}`); };
  const set = (key, value) => { variables[key] = value; };
  const plain = (value) => JSON.parse(JSON.stringify(value));
  vm.runInNewContext(script, {
    pm: {
      test, collectionVariables: { set }, expect: (value) => expectation(plain(value)),
      response: { headers: response.headers, json: () => JSON.parse(received), to: { have: { status } } },
    },
    client: { test, global: { set }, assert: (held, message) => { if (!held) throw new Error(message); } },
    response: {
      status: response.status, body: JSON.parse(received),
      contentType: { mimeType: response.headers.get("content-type").split(";")[0] },
    },
  });
  results.push({ name, status: response.status, tests });
}
process.stdout.write(JSON.stringify(results));
