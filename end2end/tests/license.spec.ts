// A license's page, and each action on it, with a device of the published client beside it.

import { expect, test } from "../fixtures/test";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    // Chromium reports a page whose status is 409; the test means that answer.
    test.use({ javaScriptEnabled, expectedErrors: [/status of 409/] });

    test("a device is shown and freed", async ({ page, server, loginPage, licensePage, device }) => {
      const minted = server.mint();
      expect(await device.tell(`activate ${minted.license_key}`)).toContain("Licensed");
      await loginPage.signIn("support@acme.test");
      const last = minted.license_key.split("-").at(-1);
      await page.getByRole("link", { name: new RegExp(`${last}$`) }).first().click();
      await expect(page).toHaveURL(`/licenses/${minted.id}`);
      await expect(licensePage.devices).toHaveCount(1);
      await expect(licensePage.devices).toContainText(["in 7 d"]);
      await licensePage.act(/^Deactivate /, "Deactivate instance");
      await expect(licensePage.devices.getByText("by support@acme.test")).toBeVisible();
      expect(await device.tell("validate")).toBe("refused: Instance not found or deactivated");
    });

    test("a revoked license gives nothing out any more", async ({ page, server, loginPage, licensePage, device }) => {
      const minted = server.mint();
      await device.tell(`activate ${minted.license_key}`);
      await loginPage.signIn("support@acme.test");
      await licensePage.goto(minted.id);
      await page.getByRole("link", { name: "Revoke…" }).click();
      await expect(page.getByText("1, none gets a new lease from now on")).toBeVisible();
      await page.getByRole("link", { name: "Cancel" }).click();
      await licensePage.expectStatus("Active");
      await licensePage.act("Revoke…", "Revoke license");
      await licensePage.expectStatus("Revoked");
      await expect(licensePage.activity.first()).toContainText("support@acme.test revoked this license");
      await expect(licensePage.devices).toContainText(["No new lease"]);
      expect(await device.tell("validate")).toBe("refused: License has been revoked");
      await page.goto(`/licenses/${minted.id}/revoke`);
      await expect(licensePage.alert).toContainText("License is already revoked");
    });

    test("a reminted key is shown once and works", async ({ page, server, loginPage, licensePage, device }) => {
      const minted = server.mint();
      await loginPage.signIn("support@acme.test");
      await licensePage.goto(minted.id);
      await licensePage.act("Remint…", "Remint license");
      const key = await licensePage.newKey.innerText();
      expect(key).toMatch(/^ACME(-[2-9A-HJ-NP-Z]{4}){4}$/);
      expect(await device.tell(`activate ${minted.license_key}`)).toBe("refused: License key not found");
      expect(await device.tell(`activate ${key}`)).toContain("Licensed");
      await page.reload();
      await expect(licensePage.alert).toContainText("License is already reminted");
      await expect(page.getByText(key)).toHaveCount(0);
      await licensePage.alert.getByRole("link").click();
      await licensePage.expectStatus("Active");
      await expect(licensePage.devices).toHaveCount(1);
    });
  });
}

test("a viewer sees everything and is offered nothing", async ({ page, server, loginPage, licensePage }) => {
  const minted = server.mint();
  await loginPage.signIn("viewer@acme.test");
  await licensePage.goto(minted.id);
  await expect(page.getByText("No device has activated this license yet.")).toBeVisible();
  await expect(page.getByRole("link", { name: /…$/ })).toHaveCount(0);
});
