// License pages: every action in every role that may perform it, checked with a device that runs
// the published client SDK.

import { expect, test } from "../fixtures/test";

for (const javaScriptEnabled of [true, false]) {
  for (const role of ["support", "admin", "owner"]) {
    test.describe(`${javaScriptEnabled ? "with" : "without"} JavaScript, as ${role}`, () => {
      // Chromium logs an error for pages with status 409, which these tests expect.
      test.use({ javaScriptEnabled, expectedErrors: [/status of 409/] });
      const email = `${role}@acme.test`;

      test("a device is listed and can be deactivated", async ({ page, server, loginPage, licensePage, device }) => {
        const minted = server.mint();
        expect(await device.send(`activate ${minted.license_key}`)).toContain("Licensed");
        await loginPage.signIn(email);
        const last = minted.license_key.split("-").at(-1);
        await page.getByRole("link", { name: new RegExp(`${last}$`) }).first().click();
        await expect(page).toHaveURL(`/licenses/${minted.id}`);
        await expect(licensePage.devices).toHaveCount(1);
        await expect(licensePage.devices).toContainText(["in 7 d"]);
        await licensePage.confirmAction(/^Deactivate /, "Deactivate device");
        await expect(licensePage.devices.getByText(`by ${email}`)).toBeVisible();
        expect(await device.send("validate")).toBe("refused: Instance not found or deactivated");
      });

      test("a revoked license issues no leases", async ({ page, server, loginPage, licensePage, device }) => {
        const minted = server.mint();
        await device.send(`activate ${minted.license_key}`);
        await loginPage.signIn(email);
        await licensePage.goto(minted.id);
        await page.getByRole("link", { name: "Revoke…" }).click();
        await expect(page.getByText("1 (can't check in after this)")).toBeVisible();
        await page.getByRole(javaScriptEnabled ? "button" : "link", { name: "Cancel" }).click();
        await licensePage.expectStatus("Active");
        await licensePage.confirmAction("Revoke…", "Revoke license");
        await licensePage.expectStatus("Revoked");
        await expect(licensePage.activity.first()).toContainText(`${email} revoked this license`);
        await expect(licensePage.devices).toContainText(["Can't check in"]);
        expect(await device.send("validate")).toBe("refused: License has been revoked");
        await page.goto(`/licenses/${minted.id}/revoke`);
        await expect(licensePage.alert).toContainText("This license is already revoked");
      });

      test("a new key is shown once and works", async ({ page, server, loginPage, licensePage, device }) => {
        const minted = server.mint();
        await loginPage.signIn(email);
        await licensePage.goto(minted.id);
        await licensePage.confirmAction("Remint…", "Remint license");
        const key = await licensePage.newKey.innerText();
        expect(key).toMatch(/^ACME(-[2-9A-HJ-NP-Z]{4}){4}$/);
        expect(await device.send(`activate ${minted.license_key}`)).toBe("refused: License key not found");
        expect(await device.send(`activate ${key}`)).toContain("Licensed");
        await page.reload();
        await expect(page.getByText(key)).toHaveCount(0);
        await page.goto(`/licenses/${minted.id}/remint`);
        await expect(licensePage.alert).toContainText("This license is already reminted");
        await licensePage.alert.getByRole("link").click();
        await licensePage.expectStatus("Active");
        await expect(licensePage.devices).toHaveCount(1);
      });
    });
  }
}

test("a viewer sees the license but no actions", async ({ page, server, loginPage, licensePage }) => {
  const minted = server.mint();
  await loginPage.signIn("viewer@acme.test");
  await licensePage.goto(minted.id);
  await expect(page.getByText("No device has activated this license yet.")).toBeVisible();
  await expect(page.getByRole("link", { name: /…$/ })).toHaveCount(0);
});

test("the outcome of an action is shown and focused", async ({ page, server, loginPage, licensePage, device }) => {
  const minted = server.mint();
  await device.send(`activate ${minted.license_key}`);
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  await licensePage.confirmAction(/^Deactivate /, "Deactivate device");
  const notice = page.getByRole("status").filter({ hasText: "Its slot is free" });
  await expect(notice).toBeFocused();
  await licensePage.confirmAction("Revoke…", "Revoke license");
  await expect(page.getByRole("status").filter({ hasText: "Revoked. No device can keep running offline." })).toBeFocused();
  await expect(licensePage.dialog).toHaveCount(0);
});

test("a new key can be copied, survives Escape, and leads to its license", async ({ page, context, server, loginPage, licensePage }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  await licensePage.confirmAction("Remint…", "Remint license");
  const key = await licensePage.newKey.innerText();
  const copyButton = page.getByRole("button", { name: "Copy key" });
  await expect(copyButton).toBeFocused();
  // Browsers close the dialog on a repeated Escape even if the first one was canceled.
  for (let presses = 0; presses < 4; presses += 1) {
    await page.keyboard.press("Escape");
  }
  await expect(licensePage.newKey).toHaveText(key);
  await copyButton.click();
  await expect(page.getByText("Copied to the clipboard")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);
  await page.getByRole("button", { name: "I have stored it" }).click();
  await expect(page).not.toHaveURL(`/licenses/${minted.id}`);
  await licensePage.expectStatus("Active");
  await expect(page.getByText(key)).toHaveCount(0);
  await page.goBack();
  await licensePage.expectStatus("Reminted");
  await expect(page.getByText(key)).toHaveCount(0);
});

test("a dialog can't be closed while the remint is in flight", async ({ page, server, loginPage, licensePage }) => {
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/fn/licenses/remint", async (route) => {
    await released;
    await route.continue();
  });
  await licensePage.confirmAction("Remint…", "Remint license");
  for (let presses = 0; presses < 4; presses += 1) {
    await page.keyboard.press("Escape");
  }
  await expect(licensePage.dialog).toBeVisible();
  release();
  await expect(licensePage.newKey).toHaveText(/^ACME-/);
});

test.describe("when the reply is lost", () => {
  test.use({ expectedErrors: [/ERR_|status of 409/] });

  test("a remint warns that the key may be lost and does not blame another operator", async ({ page, server, loginPage, licensePage }) => {
    const minted = server.mint();
    await loginPage.signIn("support@acme.test");
    await licensePage.goto(minted.id);
    await page.route("**/fn/licenses/remint", async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    // Live updates do not reveal the outcome either.
    await page.route("**/fn/licenses/show", (route) => route.abort());
    await licensePage.confirmAction("Remint…", "Remint license");
    await expect(licensePage.alert).toContainText("If it was, the new key is lost");
    await page.getByRole("button", { name: "Remint license" }).click();
    await expect(licensePage.alert).toContainText("This license is already reminted");
    await expect(licensePage.alert).toContainText("remint the new license");
    await expect(licensePage.alert).not.toContainText("You didn't change anything");
  });
});

test.describe("another tab of the same browser", () => {
  test.use({ expectedErrors: [/status of 40[19]/] });

  test("signs out, and the new key stays visible until it is stored", async ({ page, context, server, loginPage, licensePage }) => {
    const minted = server.mint();
    await loginPage.signIn("support@acme.test");
    await licensePage.goto(minted.id);
    await expect(licensePage.liveIndicator).toBeVisible();
    await licensePage.confirmAction("Remint…", "Remint license");
    const key = await licensePage.newKey.innerText();
    const other = await context.newPage();
    await other.goto("/licenses");
    await other.getByRole("button", { name: /^Account/ }).click();
    await other.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByText("You're signed out.")).toBeAttached();
    await expect(licensePage.newKey).toHaveText(key);
    await other.close();
  });

  test("signs in as another operator, and the page shows none of their data", async ({ page, context, server, loginPage, licensesPage }) => {
    await loginPage.signIn("owner@acme.test");
    await licensesPage.waitForHydration();
    const other = await context.newPage();
    await other.goto("/licenses");
    await other.getByRole("button", { name: /^Account/ }).click();
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.getByLabel("Email").fill("owner@indie.test");
    await other.getByLabel("Password").fill("keywright-demo");
    await other.getByRole("button", { name: "Sign in" }).click();
    await expect(other.getByRole("rowheader", { name: /^INDI/ }).first()).toBeVisible();
    await expect(page.getByText(/Someone else has signed in|You're signed out/)).toBeVisible();
    await expect(page.getByRole("rowheader", { name: /^INDI/ })).toHaveCount(0);
    await page.reload();
    await expect(page.getByRole("banner")).toContainText("Indie");
    expect(server.demo.tenants).toContain("indie");
    await other.close();
  });
});

test.describe("two concurrent operators", () => {
  test.use({ expectedErrors: [/status of 409/] });

  test("one remint succeeds and the other reports that it is already done", async ({ server, openAs }) => {
    const minted = server.mint();
    const pages = await Promise.all([openAs("support@acme.test"), openAs("admin@acme.test")]);
    // Hold both requests until both are sent. Otherwise a live update could end the slower
    // operator's confirmation before it is submitted.
    let requestCount = 0;
    let releaseBoth: () => void;
    const bothSent = new Promise<void>((resolve) => (releaseBoth = resolve));
    for (const page of pages) {
      await page.route("**/fn/licenses/remint", async (route) => {
        requestCount += 1;
        if (requestCount === pages.length) {
          releaseBoth();
        }
        await bothSent;
        await route.continue();
      });
      await page.goto(`/licenses/${minted.id}`);
      await page.getByRole("link", { name: "Remint…" }).click();
    }
    const buttons = pages.map((page) => page.getByRole("button", { name: "Remint license" }));
    await Promise.all(buttons.map((button) => button.click({ noWaitAfter: true })));
    const dialogs = pages.map((page) => page.getByRole("alertdialog"));
    for (const dialog of dialogs) {
      await expect(dialog).toContainText(/Store the new key now|This license is already reminted/);
    }
    const texts = await Promise.all(dialogs.map((dialog) => dialog.innerText()));
    expect(texts.filter((text) => text.includes("Store the new key now"))).toHaveLength(1);
    expect(texts.filter((text) => text.includes("This license is already reminted"))).toHaveLength(1);
  });
});

test("a confirmation can be opened and canceled by keyboard", async ({ page, server, loginPage, licensesPage, licensePage }) => {
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await licensesPage.waitForHydration();
  await page.keyboard.press("/");
  await expect(licensesPage.search).toBeFocused();
  await page.keyboard.type(minted.license_key);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/licenses/${minted.id}`);
  const revoke = page.getByRole("link", { name: "Revoke…" });
  await expect(revoke).toBeVisible();
  for (let presses = 0; presses < 20 && !(await revoke.evaluate((link) => link === document.activeElement)); presses += 1) {
    await page.keyboard.press("Tab");
  }
  await expect(revoke).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(licensePage.dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(licensePage.dialog.getByRole("button", { name: "Revoke license" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(licensePage.dialog).toHaveCount(0);
  await expect(revoke).toBeFocused();
});
