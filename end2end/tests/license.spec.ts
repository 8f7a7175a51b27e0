// A license's page, and each action on it as everybody who may, with a device of the published client beside it.

import { expect, test } from "../fixtures/test";

for (const javaScriptEnabled of [true, false]) {
  for (const role of ["support", "admin", "owner"]) {
    test.describe(`${javaScriptEnabled ? "with" : "without"} JavaScript, as ${role}`, () => {
      // Chromium reports a page whose status is 409; the test means that answer.
      test.use({ javaScriptEnabled, expectedErrors: [/status of 409/] });
      const email = `${role}@acme.test`;

      test("a device is shown and freed", async ({ page, server, loginPage, licensePage, device }) => {
        const minted = server.mint();
        expect(await device.tell(`activate ${minted.license_key}`)).toContain("Licensed");
        await loginPage.signIn(email);
        const last = minted.license_key.split("-").at(-1);
        await page.getByRole("link", { name: new RegExp(`${last}$`) }).first().click();
        await expect(page).toHaveURL(`/licenses/${minted.id}`);
        await expect(licensePage.devices).toHaveCount(1);
        await expect(licensePage.devices).toContainText(["in 7 d"]);
        await licensePage.act(/^Deactivate /, "Deactivate instance");
        await expect(licensePage.devices.getByText(`by ${email}`)).toBeVisible();
        expect(await device.tell("validate")).toBe("refused: Instance not found or deactivated");
      });

      test("a revoked license gives nothing out any more", async ({ page, server, loginPage, licensePage, device }) => {
        const minted = server.mint();
        await device.tell(`activate ${minted.license_key}`);
        await loginPage.signIn(email);
        await licensePage.goto(minted.id);
        await page.getByRole("link", { name: "Revoke…" }).click();
        await expect(page.getByText("1, none gets a new lease from now on")).toBeVisible();
        await page.getByRole(javaScriptEnabled ? "button" : "link", { name: "Cancel" }).click();
        await licensePage.expectStatus("Active");
        await licensePage.act("Revoke…", "Revoke license");
        await licensePage.expectStatus("Revoked");
        await expect(licensePage.activity.first()).toContainText(`${email} revoked this license`);
        await expect(licensePage.devices).toContainText(["No new lease"]);
        expect(await device.tell("validate")).toBe("refused: License has been revoked");
        await page.goto(`/licenses/${minted.id}/revoke`);
        await expect(licensePage.alert).toContainText("License is already revoked");
      });

      test("a reminted key is shown once and works", async ({ page, server, loginPage, licensePage, device }) => {
        const minted = server.mint();
        await loginPage.signIn(email);
        await licensePage.goto(minted.id);
        await licensePage.act("Remint…", "Remint license");
        const key = await licensePage.newKey.innerText();
        expect(key).toMatch(/^ACME(-[2-9A-HJ-NP-Z]{4}){4}$/);
        expect(await device.tell(`activate ${minted.license_key}`)).toBe("refused: License key not found");
        expect(await device.tell(`activate ${key}`)).toContain("Licensed");
        await page.reload();
        await expect(page.getByText(key)).toHaveCount(0);
        await page.goto(`/licenses/${minted.id}/remint`);
        await expect(licensePage.alert).toContainText("License is already reminted");
        await licensePage.alert.getByRole("link").click();
        await licensePage.expectStatus("Active");
        await expect(licensePage.devices).toHaveCount(1);
      });
    });
  }
}

test("a viewer sees everything and is offered nothing", async ({ page, server, loginPage, licensePage }) => {
  const minted = server.mint();
  await loginPage.signIn("viewer@acme.test");
  await licensePage.goto(minted.id);
  await expect(page.getByText("No device has activated this license yet.")).toBeVisible();
  await expect(page.getByRole("link", { name: /…$/ })).toHaveCount(0);
});

test("what was done is said, and the focus goes there", async ({ page, server, loginPage, licensePage, device }) => {
  const minted = server.mint();
  await device.tell(`activate ${minted.license_key}`);
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  await licensePage.act(/^Deactivate /, "Deactivate instance");
  const notice = page.getByRole("status").filter({ hasText: "Its slot is free" });
  await expect(notice).toBeFocused();
  await licensePage.act("Revoke…", "Revoke license");
  await expect(page.getByRole("status").filter({ hasText: "Revoked. No device can go on offline." })).toBeFocused();
  await expect(licensePage.dialog).toHaveCount(0);
});

test("a new key can be copied, is not lost by Escape, and leads to its license", async ({ page, context, server, loginPage, licensePage }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  await licensePage.act("Remint…", "Remint license");
  const key = await licensePage.newKey.innerText();
  const copy = page.getByRole("button", { name: "Copy key" });
  await expect(copy).toBeFocused();
  // Browsers let a second or third one through, whatever was said to the first.
  for (let presses = 0; presses < 4; presses += 1) {
    await page.keyboard.press("Escape");
  }
  await expect(licensePage.newKey).toHaveText(key);
  await copy.click();
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

test("a remint that takes long can't be pressed away", async ({ page, server, loginPage, licensePage }) => {
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await licensePage.goto(minted.id);
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/fn/licenses/remint", async (route) => {
    await held;
    await route.continue();
  });
  await licensePage.act("Remint…", "Remint license");
  for (let presses = 0; presses < 4; presses += 1) {
    await page.keyboard.press("Escape");
  }
  await expect(licensePage.dialog).toBeVisible();
  answer();
  await expect(licensePage.newKey).toHaveText(/^ACME-/);
});

test.describe("when the answer gets lost", () => {
  test.use({ expectedErrors: [/ERR_|status of 409/] });

  test("a remint says that the key may be lost, and does not blame somebody else", async ({ page, server, loginPage, licensePage }) => {
    const minted = server.mint();
    await loginPage.signIn("support@acme.test");
    await licensePage.goto(minted.id);
    await page.route("**/fn/licenses/remint", async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    // The page does not hear of it either.
    await page.route("**/fn/licenses/show", (route) => route.abort());
    await licensePage.act("Remint…", "Remint license");
    await expect(licensePage.alert).toContainText("An answer got lost, and with it the new key");
    await page.getByRole("button", { name: "Remint license" }).click();
    await expect(licensePage.alert).toContainText("License is already reminted");
    await expect(licensePage.alert).toContainText("remint its successor");
    await expect(licensePage.alert).not.toContainText("Nothing was changed by you");
  });
});

test.describe("another tab of the same browser", () => {
  test.use({ expectedErrors: [/status of 40[19]/] });

  test("signs out, and a key that is shown stays until it is stored", async ({ page, context, server, loginPage, licensePage }) => {
    const minted = server.mint();
    await loginPage.signIn("support@acme.test");
    await licensePage.goto(minted.id);
    await expect(licensePage.live).toBeVisible();
    await licensePage.act("Remint…", "Remint license");
    const key = await licensePage.newKey.innerText();
    const other = await context.newPage();
    await other.goto("/licenses");
    await other.getByRole("button", { name: /^Account/ }).click();
    await other.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByText("You are no longer signed in.")).toBeAttached();
    await expect(licensePage.newKey).toHaveText(key);
    await other.close();
  });

  test("signs in as somebody else, and the page shows nothing of theirs", async ({ page, context, server, loginPage, licensesPage }) => {
    await loginPage.signIn("owner@acme.test");
    await licensesPage.hydrated();
    const other = await context.newPage();
    await other.goto("/licenses");
    await other.getByRole("button", { name: /^Account/ }).click();
    await other.getByRole("button", { name: "Sign out" }).click();
    await other.getByLabel("E-mail").fill("owner@indie.test");
    await other.getByLabel("Password").fill("keywright-demo");
    await other.getByRole("button", { name: "Sign in" }).click();
    await expect(other.getByRole("rowheader", { name: /^INDI/ }).first()).toBeVisible();
    await expect(page.getByText(/Somebody else has signed in|You are no longer signed in/)).toBeVisible();
    await expect(page.getByRole("rowheader", { name: /^INDI/ })).toHaveCount(0);
    await page.reload();
    await expect(page.getByRole("banner")).toContainText("Indie");
    expect(server.demo.tenants).toContain("indie");
    await other.close();
  });
});

test.describe("two operators at once", () => {
  test.use({ expectedErrors: [/status of 409/] });

  test("one remint makes one key, the other is told", async ({ server, somebody }) => {
    const minted = server.mint();
    const pages = await Promise.all([somebody("support@acme.test"), somebody("admin@acme.test")]);
    // Neither is sent before both have asked: a page that hears of the other's remint in time takes its question back.
    let asked = 0;
    let bothAsked: () => void;
    const both = new Promise<void>((resolve) => (bothAsked = resolve));
    for (const page of pages) {
      await page.route("**/fn/licenses/remint", async (route) => {
        asked += 1;
        if (asked === pages.length) {
          bothAsked();
        }
        await both;
        await route.continue();
      });
      await page.goto(`/licenses/${minted.id}`);
      await page.getByRole("link", { name: "Remint…" }).click();
    }
    const buttons = pages.map((page) => page.getByRole("button", { name: "Remint license" }));
    await Promise.all(buttons.map((button) => button.click({ noWaitAfter: true })));
    const dialogs = pages.map((page) => page.getByRole("alertdialog"));
    for (const dialog of dialogs) {
      await expect(dialog).toContainText(/Store the new key now|License is already reminted/);
    }
    const texts = await Promise.all(dialogs.map((dialog) => dialog.innerText()));
    expect(texts.filter((text) => text.includes("Store the new key now"))).toHaveLength(1);
    expect(texts.filter((text) => text.includes("License is already reminted"))).toHaveLength(1);
  });
});

test("the keyboard alone leads to a question and back", async ({ page, server, loginPage, licensesPage, licensePage }) => {
  const minted = server.mint();
  await loginPage.signIn("support@acme.test");
  await licensesPage.hydrated();
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
