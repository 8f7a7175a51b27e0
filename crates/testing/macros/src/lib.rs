//! The `#[engine_test]` attribute, which runs a test on each database engine.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Error, ExprCall, ItemFn, Token, parse::Parser, parse_macro_input, punctuated::Punctuated,
};

/// Runs an `async fn` as one test per engine: `name::sqlite` and `name::postgres`.
///
/// The first argument is a fixture: any `keywright_testing::EngineFixture`, created on that
/// engine.
///
/// A test with more arguments lists its cases, which become `name::case::sqlite` and
/// `name::case::postgres`:
///
/// ```text
/// #[engine_test(one_server(1), two_servers(2))]
/// async fn the_limit_holds(engine: Engine, servers: usize) { … }
/// ```
#[proc_macro_attribute]
pub fn engine_test(
    cases: proc_macro::TokenStream,
    function: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let function = parse_macro_input!(function as ItemFn);
    expand(cases.into(), &function)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn expand(cases: TokenStream, function: &ItemFn) -> syn::Result<TokenStream> {
    let name = &function.sig.ident;
    if function.sig.asyncness.is_none() || function.sig.inputs.is_empty() {
        let message = "`#[engine_test]` requires an `async fn` whose first argument is a fixture";
        return Err(Error::new_spanned(&function.sig, message));
    }
    let cases = Punctuated::<ExprCall, Token![,]>::parse_terminated.parse2(cases)?;
    let tests = if cases.is_empty() {
        engine_tests(&quote!(super::#name))
    } else {
        let modules = cases.iter().map(|ExprCall { func, args, .. }| {
            let tests = engine_tests(&quote!(|fixture| super::super::#name(fixture, #args)));
            quote!(mod #func { #tests })
        });
        quote!(#(#modules)*)
    };
    Ok(quote! {
        #function
        mod #name { #tests }
    })
}

/// Generates one test per engine that calls `function` with its fixture.
fn engine_tests(function: &TokenStream) -> TokenStream {
    let tests = ["Sqlite", "Postgres"].map(|engine| {
        let name = format_ident!("{}", engine.to_lowercase());
        let engine = format_ident!("{engine}");
        quote! {
            #[::tokio::test(flavor = "multi_thread")]
            async fn #name() {
                let engine = ::keywright_testing::Engine::#engine;
                ::keywright_testing::run_on(engine, #function).await;
            }
        }
    });
    quote!(#(#tests)*)
}
