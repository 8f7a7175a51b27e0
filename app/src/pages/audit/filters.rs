//! Filters for the audit log: action, actor, license and dates.

use keywright_api_types::{
    audit_log::{ActorFilter, AuditFilter, AuditLog, AuditQuery},
    page::{Count, PageRequest},
};
use keywright_domain::audit::Action;
use leptos::prelude::*;

use crate::{
    format,
    pages::shared::badges::KeyText,
    routes,
    ui::{
        controls::button::{SubmitButton, TextLink},
        forms::{
            field::{DateField, HiddenField, TextField},
            radio_group::Choice,
            select::StaticSelect,
        },
    },
};

/// The filter form, and the number of matching entries.
#[component]
pub fn Filters(filter: AuditFilter, log: AuditLog) -> impl IntoView {
    let everyone = std::iter::once(Choice::new("", "Anyone"));
    let operators = log
        .operators
        .iter()
        .map(|(id, email)| Choice::new(&id.to_string(), email));
    let others = [
        (ActorFilter::CommandLine, "Command line"),
        (ActorFilter::System, "System"),
    ];
    let others = others.map(|(by, label)| Choice::new(&by.to_string(), label));
    let actors = everyone.chain(operators).chain(others).collect();
    let any = std::iter::once(Choice::new("", "Any action"));
    let actions = Action::ALL.map(|action| Choice::new(action.as_str(), action.as_str()));
    let actions = any.chain(actions).collect();
    let chosen = |name| {
        let mut params = routes::audit_params(&filter).into_iter();
        let found = params.find(|(found, _)| *found == name);
        found.map(|(_, value)| value).unwrap_or_default()
    };
    let about = filter
        .license_id
        .map(|_| view! { <LicenseFilterNote filter=filter.clone() log=log.clone()/> });
    let clear = (filter != AuditFilter::default())
        .then(|| view! { <TextLink href=routes::AUDIT.to_owned()>"Clear"</TextLink> });
    view! {
        <form class="filters audit-filters" role="search" method="post" action=routes::AUDIT_FIND>
            <StaticSelect label="Action" name="action" choices=actions chosen=chosen("action")/>
            <StaticSelect label="Who" name="by" choices=actors chosen=chosen("by")/>
            <TextField
                label="License"
                name="q"
                placeholder="Key, email or device"
                value=chosen("q")
            />
            <HiddenField name="license" value=chosen("license")/>
            <DateField label="From" name="from" value=chosen("from")/>
            <DateField label="To" name="to" value=chosen("to")/>
            <SubmitButton>"Filter"</SubmitButton>
            {clear}
            <p class="filters-count" role="status">{entry_count(log.count)}</p>
        </form>
        {about}
    }
}

/// The license that the log is filtered by, with a link that clears the filter.
#[component]
fn LicenseFilterNote(filter: AuditFilter, log: AuditLog) -> impl IntoView {
    let license = match log.license {
        Some(license) => {
            let href = routes::license(license.id);
            view! {
                "About "
                <a href=href>
                    <KeyText display_key=license.display_key/>
                </a>
            }
            .into_any()
        }
        None => "No license has this ID.".into_any(),
    };
    let all = routes::audit(&AuditQuery {
        filter: AuditFilter {
            license_id: None,
            ..filter
        },
        page: PageRequest::First,
    });
    view! {
        <p class="audit-scope">{license} " " <TextLink href=all>"Clear license filter"</TextLink></p>
    }
}

/// Renders a count such as `1,306 entries`.
fn entry_count(count: Count) -> AnyView {
    let noun = if count == Count::Exact(1) {
        "entry"
    } else {
        "entries"
    };
    view! { <strong>{format::count(count)}</strong> " " {noun} }.into_any()
}
