//! The list before the first license: what a license is, and how to get one.

use leptos::prelude::*;

use crate::{
    api::session::use_visit,
    ui::{
        code::Code,
        empty::{Empty, Step, Steps},
    },
};

/// What stands where the list will be.
#[component]
pub fn FirstUse() -> impl IntoView {
    let tenant = use_visit()
        .account
        .map_or_else(String::new, |account| account.tenant.to_string());
    let command = format!("keywright mint --tenant {tenant} --product <slug>");
    view! {
        <Empty heading="No licenses yet">
            <p>
                "A license is one key. A buyer activates it on as many devices as its key type allows; each \
                device then works offline for up to seven days at a time. Every license that is minted \
                is listed here."
            </p>
            <Steps>
                <Step number=1 heading="Mint the first license">
                    <p>"On the server, for one of your products. The key is shown once, there and then."</p>
                    <Code text=command/>
                </Step>
                <Step number=2 heading="Point your app at this server">
                    <p>
                        "Put the base URL and the SDK key into the app. Its first activation shows up in this list."
                    </p>
                </Step>
            </Steps>
        </Empty>
    }
}
