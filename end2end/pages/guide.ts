// The getting-started guide, and the pages of its steps.

import { expect, type Locator, type Page } from "@playwright/test";

export class GuidePage {
  readonly completedSteps: Locator;
  readonly nextStep: Locator;

  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    const steps = page.getByRole("main").getByRole("listitem");
    this.completedSteps = steps.getByRole("heading", { name: /\(done\)$/ });
    this.nextStep = page.locator("[aria-current=step] h2");
  }

  async goto(path = "/"): Promise<void> {
    await this.page.goto(new URL(path, this.url).href);
  }

  async expectNextStep(completed: number, next: string): Promise<void> {
    await expect(this.page).toHaveURL(new URL("/", this.url).href);
    await expect(this.completedSteps).toHaveCount(completed);
    await expect(this.nextStep).toHaveText(next);
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

  /** Creates the SDK key and returns it. */
  async createSdkKey(): Promise<string> {
    await this.page.getByRole("main").getByRole("link", { name: "Create SDK key" }).click();
    await this.page.getByRole("button", { name: "Create key" }).click();
    return this.page.getByRole("status", { name: "New SDK key" }).innerText();
  }

  /** Mints a license and returns its key. */
  async mintLicense(): Promise<string> {
    await this.page.getByRole("link", { name: "Mint a license" }).click();
    await this.page.getByLabel("Customer email").fill("ada@example.test");
    await this.page.getByRole("button", { name: "Mint licenses" }).click();
    return this.page.getByRole("status", { name: "New license key" }).innerText();
  }

  async continueGuide(): Promise<void> {
    await this.page.getByRole("link", { name: "Continue with the guide" }).click();
  }

  /** Returns the arguments in the Rust snippet, except the keys, which are shown only once. */
  async snippetArguments(): Promise<{ url: string; tenant: string; product: string; kid: string; publicKey: string }> {
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
