use std::path::{Path, PathBuf};

use askama::Template;

use super::access::{AccountPage, DrawnPage, FactorsPage, OnwardPage, OwedPage, SignInPage};
use super::audit::TrailPage;
use super::health::HealthPage;
use super::holdings::{CorrectPage, FondsListPage, FondsPage, RecordPage, VersionPage};
use super::ingest::{
    BatchPage, BatchesPage, CataloguePage, CataloguesPage, HandoverPage, SendPage, WithdrawPage, YearlyPage,
};
use super::people::{DepartmentsPage, GrantsPage, PeoplePage, PersonPage, PostsPage, SecretPage};
use super::profile::SchemesPage;
use super::search::SearchPage;
use super::settings::SettingsPage;
use super::today::TodayPage;
use super::{Frame, render};
use crate::kernel::Problem;
use crate::web::problem_page::{self, ProblemPage};
use crate::web::{assets, texts::Lang};

fn add<T: Template>(drawn: &mut Vec<(String, String)>, page: &str, lang: Lang, samples: Vec<(&'static str, T)>) {
    for (sample, shown) in samples {
        drawn.push((format!("{page}-{sample}-{}", lang.tag()), shown.render().unwrap()));
    }
}

/// Every page with every sample in both languages.
fn drawn() -> Vec<(String, String)> {
    let mut drawn = Vec::new();
    for lang in Lang::ALL {
        add(&mut drawn, "sign-in", lang, SignInPage::samples(lang));
        add(&mut drawn, "account", lang, AccountPage::samples(lang));
        add(&mut drawn, "onward", lang, OnwardPage::samples(lang));
        add(&mut drawn, "owed", lang, OwedPage::samples(lang));
        add(&mut drawn, "factors", lang, FactorsPage::samples(lang));
        add(&mut drawn, "drawn", lang, DrawnPage::samples(lang));
        add(&mut drawn, "today", lang, TodayPage::samples(lang));
        add(&mut drawn, "search", lang, SearchPage::samples(lang));
        add(&mut drawn, "record", lang, RecordPage::samples(lang));
        add(&mut drawn, "version", lang, VersionPage::samples(lang));
        add(&mut drawn, "correct", lang, CorrectPage::samples(lang));
        add(&mut drawn, "batches", lang, BatchesPage::samples(lang));
        add(&mut drawn, "catalogues", lang, CataloguesPage::samples(lang));
        add(&mut drawn, "batch", lang, BatchPage::samples(lang));
        add(&mut drawn, "handover", lang, HandoverPage::samples(lang));
        add(&mut drawn, "handover-catalogue", lang, CataloguePage::samples(lang));
        add(&mut drawn, "yearly", lang, YearlyPage::samples(lang));
        add(&mut drawn, "withdraw", lang, WithdrawPage::samples(lang));
        add(&mut drawn, "send", lang, SendPage::samples(lang));
        add(&mut drawn, "fonds-list", lang, FondsListPage::samples(lang));
        add(&mut drawn, "fonds", lang, FondsPage::samples(lang));
        add(&mut drawn, "trail", lang, TrailPage::samples(lang));
        add(&mut drawn, "settings", lang, SettingsPage::samples(lang));
        add(&mut drawn, "schemes", lang, SchemesPage::samples(lang));
        add(&mut drawn, "people", lang, PeoplePage::samples(lang));
        add(&mut drawn, "person", lang, PersonPage::samples(lang));
        add(&mut drawn, "secret", lang, SecretPage::samples(lang));
        add(&mut drawn, "departments", lang, DepartmentsPage::samples(lang));
        add(&mut drawn, "posts", lang, PostsPage::samples(lang));
        add(&mut drawn, "grants", lang, GrantsPage::samples(lang));
        add(&mut drawn, "health", lang, HealthPage::samples(lang));
        let lost = Problem { status: 404, ..problem_page::sample() };
        let problems = [("fault", problem_page::sample()), ("lost", lost)];
        let pages = problems.map(|(name, problem)| (name, ProblemPage::new(Frame::sample(lang, None), problem)));
        add(&mut drawn, "problem", lang, pages.into());
    }
    drawn
}

/// Beside the test binary: the pages as files, to be looked at in a browser.
fn shelf() -> PathBuf {
    let binary = std::env::current_exe().unwrap();
    binary.parent().unwrap().join("pages")
}

#[test]
fn every_page_is_drawn_from_every_sample_in_both_languages() {
    let shelf = shelf();
    std::fs::create_dir_all(shelf.join("assets")).unwrap();
    for (file, content) in assets::files() {
        std::fs::write(shelf.join("assets").join(file), content).unwrap();
    }
    for (name, html) in drawn() {
        assert!(!html.contains('⟦'), "{name} shows a key that has no text");
        write(&shelf, &name, &html);
    }
}

fn write(shelf: &Path, name: &str, html: &str) {
    std::fs::write(shelf.join(format!("{name}.html")), html).unwrap();
}

#[test]
fn no_page_needs_inline_style_or_script_or_another_host() {
    for (name, html) in drawn() {
        for forbidden in
            [" style=", "<style", "<script>", " onclick=", " onload=", "javascript:", "http://", "https://"]
        {
            assert!(!html.contains(forbidden), "{name} has {forbidden}");
        }
        // The page that sends files has the program that speaks tus besides.
        let sends = html.contains("data-send=");
        assert_eq!(html.matches("<script").count(), if sends { 3 } else { 1 }, "{name}");
    }
}

#[test]
fn every_form_that_changes_something_carries_its_token() {
    for (name, html) in drawn() {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            let token = form.contains(r#"<input type="hidden" name="csrf" value="c5rf">"#);
            assert_eq!(form.contains(r#"method="post""#), token, "{name}");
        }
    }
}

#[test]
fn every_page_has_one_heading_of_the_first_order_and_no_order_is_skipped() {
    for (name, html) in drawn() {
        let orders = html.match_indices("<h").filter_map(|(at, _)| html[at + 2..].chars().next()?.to_digit(10));
        let orders: Vec<u32> = orders.collect();
        assert_eq!(orders.iter().filter(|order| **order == 1).count(), 1, "{name}");
        assert!(orders.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {orders:?}");
    }
}

#[test]
fn every_id_is_given_once_and_every_label_has_its_field() {
    for (name, html) in drawn() {
        let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        for (place, id) in ids.iter().enumerate() {
            assert!(!ids[..place].contains(id), "{name} has {id} twice");
        }
        for reference in [" for=\"", "aria-labelledby=\"", "aria-describedby=\"", "href=\"#"] {
            for id in html.split(reference).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(ids.contains(&id), "{name} points to {id}, which is not there");
            }
        }
    }
}

#[test]
fn a_page_is_kept_by_no_cache() {
    let (_, page) = SchemesPage::samples(Lang::En).remove(0);
    let answer = render(&page);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(answer.headers()["cache-control"], "no-store");
}

#[test]
fn the_other_language_is_a_link_to_the_same_place() {
    let mut frame = Frame::sample(Lang::Zh, None);
    frame.here = "/search?q=a&lang=zh-CN&page=2".into();
    assert_eq!(frame.other_language(), "/search?q=a&page=2&lang=en");
    frame.here = "/".into();
    assert_eq!(frame.other_language(), "/?lang=en");
}

#[test]
fn only_a_batch_at_work_comes_back_by_itself() {
    for (name, html) in drawn().into_iter().filter(|(name, _)| name.starts_with("batch-")) {
        let live = name.contains("running") || name.contains("waiting");
        assert_eq!(html.contains("http-equiv=\"refresh\""), live, "{name}");
    }
}
