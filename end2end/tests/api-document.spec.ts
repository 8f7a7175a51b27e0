// Runs the JavaScript example of docs/api.md in the browser, on the example lease of that document.

import { readFileSync } from "node:fs";

import { expect, test } from "../fixtures/test";

const apiDocument = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");

/** Returns the first code block in a language after a heading. */
function codeBlock(heading: string, language: string): string {
  const section = apiDocument.split(heading)[1] ?? "";
  const match = new RegExp("```" + language + "\\n(.*?)\\n```", "s").exec(section);
  return match?.[1] ?? "";
}

test("documented code accepts the example lease and rejects modified ones", async ({ page }) => {
  const code = codeBlock("### Verifying offline", "js");
  const lease = JSON.parse(codeBlock("### A worked example", "json")) as Record<string, unknown>;
  const publicKey = /public key `([^`]+)`/.exec(apiDocument)?.[1];
  expect(code).toContain("export async function verifyLease");
  await page.goto("/login");
  // Passed as a string, which the browser evaluates outside the page's content security policy.
  const verify = (changes: object, now: number) => {
    const call = [{ ...lease, ...changes }, { k1: publicKey }, now].map((value) => JSON.stringify(value)).join(", ");
    return page.evaluate(`(() => { ${code.replace("export ", "")}; return verifyLease(${call}); })()`);
  };
  const end = lease["expiresAt"] as number;
  expect(await verify({}, end)).toBe("active");
  expect(await verify({}, end + 300)).toBe("active");
  expect(await verify({}, end + 301)).toBeNull();
  expect(await verify({ kid: "k2" }, end)).toBeNull();
  expect(await verify({ kid: "constructor" }, end)).toBeNull();
  expect(await verify({ signature: "not base64!" }, end)).toBeNull();
  expect(await verify({ expiresAt: String(end) }, end)).toBeNull();
  expect(await verify({ entitlements: null }, end)).toBeNull();
  expect(await verify({ entitlements: ["pro", "admin"] }, end)).toBeNull();
  expect(await verify({ expiresAt: end + 1 }, end)).toBeNull();
  // A lease for reduced mode, signed by the same key, does not expire offline.
  const fallback = {
    status: "fallback",
    entitlements: [],
    signature: "H/L/1y6x6Cg11Hle+6RNFioM9N6gFWGeR9tOORsNZlcL+kinqJdtb3T5dD2Irh5Q9bH1avSUQZGQXtkqaeEVDw==",
  };
  expect(await verify(fallback, end + 301)).toBe("fallback");
});
