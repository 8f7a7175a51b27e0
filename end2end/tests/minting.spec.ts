// Minting in the browser, on the demo data.

import { readFile } from "node:fs/promises";

import { expect, test } from "../fixtures/test";

test.use({ expectedErrors: [/status of 4(09|22)/] });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a license is minted from its product and opened by its key", async ({ page, loginPage, device }) => {
      await loginPage.signIn("support@acme.test");
      await page.goto("/products/studio");
      await page.getByRole("link", { name: "Mint licenses" }).click();
      await expect(page.getByLabel("Key type")).toHaveValue("studio/default");
      await page.getByLabel("Key type").selectOption("notes/pro");
      await page.getByLabel("Customer name").fill("Grace Hopper");
      await page.getByLabel("Customer e-mail").fill("grace@example.test");
      await page.getByRole("button", { name: "Mint" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Store the new key now" })).toBeVisible();
      await expect(page).toHaveTitle("Store the new key now · Keywright");
      const key = await page.getByRole("status", { name: "New license key" }).innerText();
      expect(await device.tell(`activate ${key}`)).toBe("ok, Licensed, pro: true");
      await page.getByRole("link", { name: "To the license" }).click();
      await expect(page.getByRole("main")).toContainText("Grace Hopper");
      if (javaScriptEnabled) {
        // Without, the browser asks whether to send the form again.
        await page.goBack();
        expect(await page.content()).not.toContain(key);
      }
    });

    test("1,001 are refused beside the field, and nothing is minted", async ({ page, loginPage, licensesPage }) => {
      await loginPage.signIn("support@acme.test");
      const before = await licensesPage.count.innerText();
      await page.getByRole("link", { name: "Mint licenses" }).click();
      await page.getByLabel("Customer name").fill("Grace Hopper");
      await page.getByLabel("How many").fill("1001");
      await page.getByRole("button", { name: "Mint" }).click();
      await expect(page.getByRole("alert")).toContainText("Between 1 and 1,000 licenses are minted at once.");
      await expect(page.getByLabel("How many")).toHaveAccessibleDescription(/^Between 1 and 1,000 licenses are minted at once\./);
      await expect(page.getByLabel("How many")).toBeFocused();
      await expect(page.getByLabel("Customer name")).toHaveValue("Grace Hopper");
      await licensesPage.goto();
      await expect(licensesPage.count).toHaveText(before);
    });
  });
}

test("many keys are copied and saved as a file that the browser makes", async ({ page, context, loginPage }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await loginPage.signIn("support@acme.test");
  await page.goto("/licenses/mint?product=notes");
  await page.getByLabel("How many").fill("300");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.getByRole("button", { name: "Mint" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Store the 300 new keys now" })).toBeFocused();
  expect(asked).toEqual(["POST /licenses/mint"]);
  const shown = await page.getByRole("region", { name: "New license keys" }).innerText();
  const keys = shown.trim().split("\n");
  expect(new Set(keys).size).toBe(300);
  const started = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as a text file" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("keywright-notes-pro-300-keys.txt");
  expect((await readFile(await download.path(), "utf8")).trim().split("\n")).toEqual(keys);
  await page.getByRole("button", { name: "Copy all" }).click();
  await expect(page.getByText("Copied to the clipboard")).toBeVisible();
  expect((await page.evaluate(() => navigator.clipboard.readText())).trim().split("\n")).toEqual(keys);
  expect(asked).toEqual(["POST /licenses/mint"]);
  await page.reload();
  expect(await page.content()).not.toContain(keys[0] ?? "no key");
});

test("while many are minted it is told how far they are", async ({ page, loginPage }) => {
  await loginPage.signIn("support@acme.test");
  await page.goto("/licenses/mint?product=notes");
  // The answer as a slow server might begin it.
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  await page.route("**/licenses/mint", async (route) => {
    await finished;
    await route.fulfill({
      contentType: "text/event-stream",
      body: "event: progress\ndata: 40\n\n",
    });
  });
  await page.getByLabel("How many").fill("80");
  await page.getByRole("button", { name: "Mint" }).click();
  await expect(page.getByRole("progressbar", { name: "Minted" })).toBeVisible();
  // A second click sends nothing more.
  await page.getByRole("button", { name: "Mint" }).click({ force: true });
  finish();
  await expect(page.getByText(/The server's answer could not be read\. Look at the list/)).toBeVisible();
  await page.unroute("**/licenses/mint");
  // Nothing was minted, so the same form can be sent again.
  await page.getByRole("button", { name: "Mint" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Store the 80 new keys now" })).toBeVisible();
});

test.describe("the answer reloaded, without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("mints nothing again and names the license, masked", async ({ page, loginPage }) => {
    await loginPage.signIn("support@acme.test");
    await page.goto("/licenses/mint?product=notes");
    await page.getByRole("button", { name: "Mint" }).click();
    const key = await page.getByRole("status", { name: "New license key" }).innerText();
    await page.reload();
    await expect(page.getByRole("alert")).toContainText("This form was sent before, and minted 1 license then.");
    await expect(page.getByRole("main").getByRole("link", { name: `ACME-XXXX-···-${key.slice(-4)}` })).toBeVisible();
    expect(await page.content()).not.toContain(key);
  });
});

test("signed out meanwhile, one is told so and keeps what was typed", async ({ page, context, loginPage }) => {
  await loginPage.signIn("support@acme.test");
  await page.goto("/licenses/mint?product=notes");
  await page.getByLabel("Customer name").fill("Grace Hopper");
  await context.clearCookies();
  await page.getByRole("button", { name: "Mint" }).click();
  await expect(page.getByRole("status").filter({ hasText: "You are no longer signed in." })).toBeVisible();
  await expect(page.getByLabel("Customer name")).toHaveValue("Grace Hopper");
  const other = await context.newPage();
  await other.goto("/login");
  await other.getByLabel("E-mail").fill("support@acme.test");
  await other.getByLabel("Password").fill("keywright-demo");
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other).toHaveURL("/licenses");
  await page.getByRole("button", { name: "Mint" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Store the new key now" })).toBeVisible();
});
