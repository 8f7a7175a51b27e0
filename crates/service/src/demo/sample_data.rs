//! Names of customers and devices in several scripts, some of them long.

/// Customer name and email.
pub(super) const CUSTOMERS: &[(&str, &str)] = &[
    ("森 明子", "akiko.mori@kawasemi.example"),
    ("Bo Lindqvist", "b.lindqvist@fjordfoto.example"),
    ("写真館", "受付@写真館.example"),
    (
        "Universitätsklinikum Eppendorf",
        "procurement+keywright-renewals@universitaetsklinikum-eppendorf.example",
    ),
    ("Dana Okonkwo", "dana.okonkwo@brightmoor.example"),
    ("Resale Keys Ltd", "orders@resale-keys.example"),
    ("ليلى حداد", "studio@layla-design.example"),
    ("Atelier Brune", "hello@atelier-brune.example"),
    ("Petr Novák", "p.novak@kvarta.example"),
    ("José Iglesias", "jose.iglesias@taller-sur.example"),
    ("مكتب ليلى", "مكتب@layla-design.example"),
    ("Northgate College", "trial-desk@northgate.example"),
    ("张伟", "wei.zhang@lumen-works.example"),
    ("Inês Marquez", "ines@ines-marquez.example"),
    ("Gemeinde Lindau", "it-support@gemeinde-lindau.example"),
    ("Samir Haddad", "s.haddad@qamar.example"),
    ("星野研究所", "it@hoshino-lab.example"),
    ("Maëlle Dubois", "m.dubois@papier-bleu.example"),
    ("Otterhouse", "team@otterhouse.example"),
    ("Siobhán O'Neill", "siobhan.oneill@ferrypoint.example"),
    ("Анна Кузнецова", "anna.k@severny.example"),
    ("नेहा शर्मा", "neha.sharma@kamalgraph.example"),
    ("김서연", "seoyeon.kim@hanbit.example"),
    ("Łukasz Wiśniewski", "lukasz@wisla-studio.example"),
    ("Ngozi Eze", "ngozi@ezeprint.example"),
    ("Tuva Berg", "tuva.berg@nordlys.example"),
    ("Δημήτρης Παππάς", "d.pappas@thalassa.example"),
    ("Yael Ben-David", "yael@carmel-arts.example"),
    ("Café Zentral", "kasse@cafe-zentral.example"),
    ("Priya Nair", "priya@tidepool.example"),
];

/// Device name and platform.
pub(super) const DEVICES: &[(&str, &str)] = &[
    ("Akiko's MacBook Pro", "macos"),
    ("明子のiMac", "macos"),
    ("受付PC-03", "windows"),
    ("DESKTOP-7Q2LM4P", "windows"),
    ("حاسوب المكتب", "windows"),
    ("كمبيوتر ليلى المحمول", "macos"),
    ("studio-mac.local", "macos"),
    ("thinkpad-x1", "linux"),
    (
        "Reading room, second floor, by the window (the one with the large scanner)",
        "windows",
    ),
    ("Рабочий ноутбук", "windows"),
    ("서연의 노트북", "windows"),
    ("LAB-WS-12", "linux"),
    ("Surface of Petr", "windows"),
    ("Mac mini (render)", "macos"),
    ("fedora", "linux"),
    ("PC de José", "windows"),
    ("Maëlle – MacBook Air", "macos"),
    ("FRONTDESK", "windows"),
    ("नेहा का लैपटॉप", "windows"),
    ("build-box", "linux"),
];

pub(super) const APP_VERSIONS: &[&str] = &["3.2.0", "3.1.4", "3.1.2", "2.9.7"];
