// SDK keys in the browser, on a server of the test's own: replacing one ends what other tests call with.

import { Device } from "../fixtures/device";
import { expect, test } from "../fixtures/test";
import { GuidePage } from "../pages/guide";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a key is replaced, the old one works for its grace and is ended", async ({ page, fresh, setupPage }) => {
      await setupPage.goto("/");
      await setupPage.send(fresh.code);
      const guide = new GuidePage(page, fresh.server.url);
      await guide.addProduct();
      await guide.addKeyType();
      const old = await guide.makeSdkKey();
      await guide.goOn();
      const key = await guide.mint();
      const device = (sdkKey: string) => new Device(fresh.server.url, "mine", "notes", sdkKey);
      const one = device(old);
      expect(await one.tell(`activate ${key}`)).toMatch(/^ok, Licensed/);

      await page.getByRole("link", { name: "SDK key" }).click();
      await page.getByRole("link", { name: "Replace key" }).click();
      await expect(page.getByLabel("The old key works")).toHaveValue("30");
      await page.getByRole("button", { name: "Replace key" }).click();
      const fresher = await page.getByRole("status", { name: "New SDK key" }).innerText();
      expect(fresher).not.toBe(old);
      await page.getByRole("link", { name: "I have stored it" }).click();
      expect(await page.content()).not.toContain(fresher);
      const two = device(fresher);
      expect(await one.tell("validate")).toMatch(/^ok, Licensed/);
      expect(await two.tell(`activate ${key}`)).toMatch(/^ok, Licensed/);

      await page.getByRole("link", { name: /^Change the end of/ }).click();
      await expect(page.getByLabel("It works")).toHaveValue("");
      await page.getByLabel("It works").selectOption("0");
      await page.getByRole("button", { name: "Set its end" }).click();
      await expect(page.getByRole("row", { name: /Ended/ })).toBeVisible();
      expect(await one.tell("validate")).toMatch(/Invalid or missing SDK key|401/);
      expect(await two.tell("validate")).toMatch(/^ok, Licensed/);
      one.stop();
      two.stop();
    });
  });
}
