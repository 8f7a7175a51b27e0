// SDK keys. Each test has its own server, because replacing the key would break other tests.

import { Device } from "../fixtures/device";
import { expect, test } from "../fixtures/test";
import { GuidePage } from "../pages/guide";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a replaced key works during its grace period, until it is revoked", async ({ page, fresh, setupPage }) => {
      await setupPage.goto("/");
      await setupPage.submit(fresh.setupCode);
      const guide = new GuidePage(page, fresh.server.url);
      await guide.addProduct();
      await guide.addKeyType();
      const oldKey = await guide.createSdkKey();
      await guide.continueGuide();
      const licenseKey = await guide.mintLicense();
      const startDevice = (sdkKey: string) => new Device(fresh.server.url, "mine", "notes", sdkKey);
      const oldDevice = startDevice(oldKey);
      expect(await oldDevice.send(`activate ${licenseKey}`)).toMatch(/^ok, Licensed/);

      await page.getByRole("link", { name: "SDK key" }).click();
      await page.getByRole("link", { name: "Replace key" }).click();
      await expect(page.getByLabel("Old key")).toHaveValue("30");
      await page.getByRole("button", { name: "Replace key" }).click();
      const newKey = await page.getByRole("status", { name: "New SDK key" }).innerText();
      expect(newKey).not.toBe(oldKey);
      await page.getByRole("link", { name: "I have stored it" }).click();
      expect(await page.content()).not.toContain(newKey);
      const newDevice = startDevice(newKey);
      expect(await oldDevice.send("validate")).toMatch(/^ok, Licensed/);
      expect(await newDevice.send(`activate ${licenseKey}`)).toMatch(/^ok, Licensed/);

      await page.getByRole("link", { name: /^Change expiry of / }).click();
      await expect(page.getByLabel("This key")).toHaveValue("");
      await page.getByLabel("This key").selectOption("0");
      await page.getByRole("button", { name: "Change expiry" }).click();
      await expect(page.getByRole("row", { name: /Expired/ })).toBeVisible();
      expect(await oldDevice.send("validate")).toMatch(/Invalid or missing SDK key|401/);
      expect(await newDevice.send("validate")).toMatch(/^ok, Licensed/);
      oldDevice.stop();
      newDevice.stop();
    });
  });
}
