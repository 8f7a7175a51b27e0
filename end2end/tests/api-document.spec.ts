// The JavaScript that docs/api.md gives to people who write clients: it runs in the browser, on the document's own lease.

import { readFileSync } from "node:fs";

import { expect, test } from "../fixtures/test";

const text = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");

/** The first block of that language behind a heading. */
function block(heading: string, language: string): string {
  const behind = text.split(heading)[1] ?? "";
  const found = new RegExp("```" + language + "\\n(.*?)\\n```", "s").exec(behind);
  return found?.[1] ?? "";
}

test("the document's code believes its lease and no other", async ({ page }) => {
  const code = block("### Verifying offline", "js");
  const lease = JSON.parse(block("### A worked example", "json")) as Record<string, unknown>;
  const publicKey = /public key `([^`]+)`/.exec(text)?.[1];
  expect(code).toContain("export async function verifyLease");
  await page.goto("/login");
  // A text, which the browser evaluates from outside of the page: the page's own policy allows no such thing.
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
  expect(await verify({ signature: "no base64!" }, end)).toBeNull();
  expect(await verify({ expiresAt: String(end) }, end)).toBeNull();
  expect(await verify({ entitlements: null }, end)).toBeNull();
  expect(await verify({ entitlements: ["pro", "admin"] }, end)).toBeNull();
  expect(await verify({ expiresAt: end + 1 }, end)).toBeNull();
  // Signed by the same key: the reduced mode has no end while the device is offline.
  const fallback = {
    status: "fallback",
    entitlements: [],
    signature: "H/L/1y6x6Cg11Hle+6RNFioM9N6gFWGeR9tOORsNZlcL+kinqJdtb3T5dD2Irh5Q9bH1avSUQZGQXtkqaeEVDw==",
  };
  expect(await verify(fallback, end + 301)).toBe("fallback");
});
