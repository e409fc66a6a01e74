//! People and their rights on the command line: the same shapes as the API's, and the
//! secret of a token for its owner alone.

use super::run_as;
use crate::harness::{Archive, Server, TestDb};
use lantai::kernel::Clock as _;
use serde_json::Value;

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

pub(super) async fn an_officer_works_with_people_on_the_command_line(db: TestDb) {
    let archive = Archive::new(&db);
    let token_of = |role: &str| {
        let (name, password) = archive.account(role);
        archive.token(&name, &password)
    };
    let (officer, reader) = (token_of("security"), token_of("staff"));
    let (reader_name, _) = archive.account("staff");
    let month = lantai::app::WallClock.now().plus_seconds(30 * 86_400).day_in("Asia/Shanghai").unwrap().to_string();
    let server = Server::start(&archive);
    let done = |args: &[&str]| {
        let (status, document) = run_as(&archive, &officer, args);
        assert_eq!(status, 0, "{args:?}: {document}");
        document
    };
    let refused = |token: &str, args: &[&str]| {
        let (status, document) = run_as(&archive, token, args);
        assert_eq!(status, 3, "{args:?}: {document}");
        document
    };
    assert_eq!(done(&["department", "add", "BGS", "办公室"])["code"], "BGS");
    done(&["department", "change", "BGS", "--name", "综合办公室"]);
    let added = done(&["user", "add", "张甲", "--role", "staff", "--department", "BGS", "--clearance", "内部"]);
    assert_eq!((&added["clearance"], added["password"].is_string()), (&1.into(), true));
    assert_eq!(done(&["user", "change", "张甲", "--clearance", "公开"])["clearance"], 0);
    let post = done(&["post", "give", "张甲", "department-manager", "--department", "BGS"]);
    let grant = done(&["grant", "give", "张甲", "search", "read", "--own", "--year-from", "2011"]);
    assert_eq!((&grant["whose"], &grant["year_from"]), (&"own".into(), &2011.into()));
    assert_eq!(done(&["grant", "list", "张甲"])["total"], 3);
    let shown = done(&["user", "show", "张甲"]);
    assert_eq!(shown["in_hand"][0]["name"], "department-manager BGS");
    let why = refused(&officer, &["user", "leave", "张甲"]);
    assert!(text(&why["detail"]).contains("部门经理 BGS"), "{why}");
    done(&["post", "end", text(&post["id"])]);
    done(&["grant", "end", text(&grant["id"])]);
    assert!(done(&["user", "reset", "张甲"])["password"].is_string());
    refused(&officer, &["department", "close", "BGS"]);
    assert!(done(&["user", "leave", "张甲"])["left_at"].is_string());
    assert!(done(&["department", "close", "BGS"])["closed_at"].is_string());
    assert_eq!(done(&["user", "list"])["items"].as_array().unwrap().len(), 5);
    assert_eq!(done(&["user", "list", "--left"])["items"].as_array().unwrap().len(), 6);
    for wrong in [
        &["user", "add", "李", "--role", "king"][..],
        &["user", "show", "无此人"],
        &["grant", "give", "安全保密员", "search"],
        &["post", "give", &reader_name, "king"],
    ] {
        let why = refused(&officer, wrong);
        assert!(!text(&why["remedy"]).is_empty(), "{why}");
    }

    let token = done(&["token", "allow", &reader_name, "门户", "search", "--until", &month]);
    let id = text(&token["id"]);
    refused(&officer, &["token", "draw", id]);
    assert_eq!(run_as(&archive, &reader, &["token", "list"]).1["total"], 1);
    refused(&reader, &["token", "list", "安全保密员"]);
    refused(&reader, &["user", "list"]);
    let (status, drawn) = run_as(&archive, &reader, &["token", "draw", id]);
    assert_eq!(status, 0, "{drawn}");
    let secret = text(&drawn["token"]);
    assert_eq!(run_as(&archive, secret, &["search", "水"]).0, 0);
    refused(secret, &["token", "draw", id]);
    refused(&reader, &["token", "draw", id]);
    assert_eq!(run_as(&archive, &reader, &["token", "end", id]).0, 0);
    assert_ne!(run_as(&archive, secret, &["search", "水"]).0, 0);
    drop(server);
}
