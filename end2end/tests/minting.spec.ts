import { readFile } from "node:fs/promises";

import { expect, test } from "../fixtures/test";

test.use({ expectedErrors: [/status of 4(09|22)/] });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a license minted from its product page can be activated", async ({ page, loginPage, device }) => {
      await loginPage.signIn("support@acme.test");
      await page.goto("/products/studio");
      await page.getByRole("link", { name: "Mint licenses" }).click();
      await expect(page.getByLabel("Key type")).toHaveValue("studio/default");
      await page.getByLabel("Key type").selectOption("notes/pro");
      await page.getByLabel("Customer name").fill("Grace Hopper");
      await page.getByLabel("Customer email").fill("grace@example.test");
      await page.getByRole("button", { name: "Mint licenses" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Store the new key now" })).toBeVisible();
      await expect(page).toHaveTitle("Store the new key now · Keywright");
      const key = await page.getByRole("status", { name: "New license key" }).innerText();
      expect(await device.send(`activate ${key}`)).toBe("ok, Licensed, pro: true");
      await page.getByRole("link", { name: "View license" }).click();
      await expect(page.getByRole("main")).toContainText("Grace Hopper");
      if (javaScriptEnabled) {
        // Without JavaScript the browser would ask whether to submit the form again.
        await page.goBack();
        expect(await page.content()).not.toContain(key);
      }
    });

    test("a count above the limit is rejected next to the field, and nothing is minted", async ({ page, loginPage, licensesPage }) => {
      await loginPage.signIn("support@acme.test");
      const before = await licensesPage.count.innerText();
      await page.getByRole("link", { name: "Mint licenses" }).click();
      await page.getByLabel("Customer name").fill("Grace Hopper");
      await page.getByLabel("How many").fill("1001");
      await page.getByRole("button", { name: "Mint licenses" }).click();
      await expect(page.getByRole("alert")).toContainText("Mint between 1 and 1,000 licenses at a time.");
      await expect(page.getByLabel("How many")).toHaveAccessibleDescription(/^Mint between 1 and 1,000 licenses at a time\./);
      await expect(page.getByLabel("How many")).toBeFocused();
      await expect(page.getByLabel("Customer name")).toHaveValue("Grace Hopper");
      await licensesPage.goto();
      await expect(licensesPage.count).toHaveText(before);
    });
  });
}

test("new keys can be copied and saved as a file without another request", async ({ page, context, loginPage }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await loginPage.signIn("support@acme.test");
  await page.goto("/licenses/mint?product=notes");
  await page.getByLabel("How many").fill("300");
  const requests: string[] = [];
  page.on("request", (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.getByRole("button", { name: "Mint licenses" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Store the 300 new keys now" })).toBeFocused();
  expect(requests).toEqual(["POST /licenses/mint"]);
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
  expect(requests).toEqual(["POST /licenses/mint"]);
  await page.reload();
  expect(await page.content()).not.toContain(keys[0] ?? "missing key");
});

test("progress is shown while many licenses are minted", async ({ page, loginPage }) => {
  await loginPage.signIn("support@acme.test");
  await page.goto("/licenses/mint?product=notes");
  // Simulates a slow server whose response is cut off after a progress event.
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
  await page.getByRole("button", { name: "Mint licenses" }).click();
  await expect(page.getByRole("progressbar", { name: "Licenses minted" })).toBeVisible();
  // A second click must not submit the form again.
  await page.getByRole("button", { name: "Mint licenses" }).click({ force: true });
  finish();
  await expect(page.getByText(/We couldn't read the server's response, so the licenses may already be minted/)).toBeVisible();
  await page.unroute("**/licenses/mint");
  // The intercepted request minted nothing, so the same form can be submitted again.
  await page.getByRole("button", { name: "Mint licenses" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Store the 80 new keys now" })).toBeVisible();
});

test.describe("reloading the new key, without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("mints nothing and shows the masked key", async ({ page, loginPage }) => {
    await loginPage.signIn("support@acme.test");
    await page.goto("/licenses/mint?product=notes");
    await page.getByRole("button", { name: "Mint licenses" }).click();
    const key = await page.getByRole("status", { name: "New license key" }).innerText();
    await page.reload();
    await expect(page.getByRole("alert")).toContainText("You already submitted this form; it minted 1 license.");
    await expect(page.getByRole("main").getByRole("link", { name: `ACME-XXXX-···-${key.slice(-4)}` })).toBeVisible();
    expect(await page.content()).not.toContain(key);
  });
});

test("an expired session is reported and keeps the submitted values", async ({ page, context, loginPage }) => {
  await loginPage.signIn("support@acme.test");
  await page.goto("/licenses/mint?product=notes");
  await page.getByLabel("Customer name").fill("Grace Hopper");
  await context.clearCookies();
  await page.getByRole("button", { name: "Mint licenses" }).click();
  await expect(page.getByRole("status").filter({ hasText: "You're signed out." })).toBeVisible();
  await expect(page.getByLabel("Customer name")).toHaveValue("Grace Hopper");
  const other = await context.newPage();
  await other.goto("/login");
  await other.getByLabel("Email").fill("support@acme.test");
  await other.getByLabel("Password").fill("keywright-demo");
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other).toHaveURL("/licenses");
  await page.getByRole("button", { name: "Mint licenses" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Store the new key now" })).toBeVisible();
});
