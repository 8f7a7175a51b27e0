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
    let add_product =
        format!("keywright product add --tenant {tenant} --product <slug> --key-prefix <ABCD>");
    let add_key_type = format!(
        "keywright key-type add --tenant {tenant} --product <slug> --key-type <slug> --limit 3"
    );
    let mint = format!("keywright mint --tenant {tenant} --product <slug>");
    view! {
        <Empty heading="No licenses yet">
            <p>
                "A license is one key. A buyer activates it on as many devices as its key type allows; each \
                device then works offline for up to seven days at a time. Every license that is minted \
                is listed here."
            </p>
            <Steps>
                <Step number=1 heading="Add a product and a key type">
                    <p>"On the server. The key type says on how many devices a license works, and for how long."</p>
                    <Code text=add_product/>
                    <Code text=add_key_type/>
                </Step>
                <Step number=2 heading="Mint the first license">
                    <p>"On the server, too. The key is shown once, there and then."</p>
                    <Code text=mint/>
                </Step>
                <Step number=3 heading="Point your app at this server">
                    <p>
                        "Put this server's address into the app as its base URL. Its first activation shows up in \
                        this list."
                    </p>
                </Step>
            </Steps>
        </Empty>
    }
}
