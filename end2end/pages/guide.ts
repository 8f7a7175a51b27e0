// The guided start, and the pages that it leads to, on a server that was just set up.

import { expect, type Locator, type Page } from "@playwright/test";

export class GuidePage {
  readonly done: Locator;
  readonly next: Locator;

  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    const steps = page.getByRole("main").getByRole("listitem");
    this.done = steps.getByRole("heading", { name: /\(done\)$/ });
    this.next = page.locator("[aria-current=step] h2");
  }

  async goto(path = "/"): Promise<void> {
    await this.page.goto(new URL(path, this.url).href);
  }

  /** Is here, with so many steps behind, and this one next. */
  async expectNext(done: number, next: string): Promise<void> {
    await expect(this.page).toHaveURL(new URL("/", this.url).href);
    await expect(this.done).toHaveCount(done);
    await expect(this.next).toHaveText(next);
  }

  async addProduct(): Promise<void> {
    await this.page.getByRole("link", { name: "New product" }).click();
    await this.page.getByLabel("Display name").fill("Notes");
    await this.page.getByLabel("Slug").fill("notes");
    await this.page.getByLabel("Key prefix").fill("NOTE");
    await this.page.getByRole("button", { name: "Add product" }).click();
  }

  async addKeyType(): Promise<void> {
    await this.page.getByRole("link", { name: "New key type" }).click();
    await this.page.getByLabel("Slug").fill("pro");
    await this.page.getByLabel("Entitlements").fill("pro");
    await this.page.getByRole("button", { name: "Add key type" }).click();
  }

  /** Makes the SDK key; gives what is shown. */
  async makeSdkKey(): Promise<string> {
    await this.page.getByRole("main").getByRole("link", { name: "Make the SDK key" }).click();
    await this.page.getByRole("button", { name: "Make key" }).click();
    return this.page.getByRole("status", { name: "New SDK key" }).innerText();
  }

  /** Mints a license; gives the key that is shown. */
  async mint(): Promise<string> {
    await this.page.getByRole("link", { name: "Mint a license" }).click();
    await this.page.getByLabel("Customer e-mail").fill("ada@example.test");
    await this.page.getByRole("button", { name: "Mint" }).click();
    return this.page.getByRole("status", { name: "New license key" }).innerText();
  }

  async goOn(): Promise<void> {
    await this.page.getByRole("link", { name: "Go on with the guide" }).click();
  }

  /** What the code for an app calls its client with, but for the keys that were shown once. */
  async valuesOfSnippet(): Promise<{ url: string; tenant: string; product: string; kid: string; publicKey: string }> {
    const code = await this.page.locator("#rust").innerText();
    const strings = (call: string): string[] => {
      const [, inside = ""] = new RegExp(`${call}\\(([^)]*)\\)`).exec(code) ?? [];
      return [...inside.matchAll(/"([^"]*)"/g)].map(([, text = ""]) => text);
    };
    const [tenant = "", product = ""] = strings("builder");
    const [url = ""] = strings("base_url");
    const [kid = "", publicKey = ""] = strings("trusted_key");
    return { url, tenant, product, kid, publicKey };
  }
}
