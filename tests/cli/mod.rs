//! The command line's person: `login`, tokens, `operator`, `--as`.

mod identify;
mod people;
mod sending;

use crate::harness::{Archive, Server, TestDb, on_both_databases, sample};
use serde_json::Value;
use std::{io::Write as _, process::Stdio};

/// What `login NAME` answers to these lines on its standard input.
fn login(archive: &Archive, name: &str, typed: &str) -> (i32, Value) {
    let mut child = archive.command(&["login", name]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().expect("it was piped");
    input.write_all(typed.as_bytes()).unwrap();
    drop(input);
    let out = child.wait_with_output().unwrap();
    (out.status.code().unwrap(), serde_json::from_slice(&out.stdout).unwrap())
}

/// Runs a command with somebody's token.
fn run_as(archive: &Archive, token: &str, args: &[&str]) -> (i32, Value) {
    let out = archive.command(args).env("LANTAI_TOKEN", token).output().unwrap();
    (out.status.code().unwrap(), serde_json::from_slice(&out.stdout).unwrap_or(Value::Null))
}

async fn a_first_password_gives_no_token_until_it_is_changed(db: TestDb) {
    let archive = Archive::new(&db);
    archive.sql("UPDATE person SET password_due = created_at");
    let (name, first) = archive.account("archivist");
    for serving in [false, true] {
        let server = serving.then(|| Server::start(&archive));
        let (status, refused) = login(&archive, &name, &format!("{first}\n"));
        assert_eq!((status, refused["token"].as_str()), (3, None), "{refused}");
        let (status, refused) = login(&archive, &name, &format!("{first}\nshort\n"));
        assert_eq!(status, 3, "{refused}");
        drop(server);
    }
    let (status, signed) = login(&archive, &name, &format!("{first}\na new password\n"));
    assert_eq!(status, 0, "{signed}");
    let token = signed["token"].as_str().unwrap();
    assert_eq!(run_as(&archive, token, &["fonds", "list"]).0, 0);
    assert_eq!(login(&archive, &name, &format!("{first}\n")).0, 3, "the first one is gone");
    assert_eq!(login(&archive, &name, "a new password\n").0, 0);
}

async fn as_somebody_takes_that_persons_token(db: TestDb) {
    let archive = Archive::new(&db);
    let ((archivist, password), (reader, _)) = (archive.account("archivist"), archive.account("staff"));
    // Without a token the operator acts, who is nobody.
    archive.run(&["--as", &archivist, "fonds", "list"]).expect_status(3);
    let token = archive.token(&archivist, &password);
    for serving in [false, true] {
        let server = serving.then(|| Server::start(&archive));
        assert_eq!(run_as(&archive, &token, &["--as", &archivist, "fonds", "list"]).0, 0);
        let (status, refused) = run_as(&archive, &token, &["--as", &reader, "fonds", "add", "X077", "某全宗"]);
        assert_eq!(status, 3, "{refused}");
        assert_eq!(run_as(&archive, &token, &["fonds", "list"]).1["total"], 0, "and nothing was done");
        drop(server);
    }
}

async fn each_command_takes_the_right_it_says(db: TestDb) {
    let archive = Archive::new(&db);
    let sample = sample();
    let batch: &[&str] = &["ingest", &sample, "--yes"];
    let commands: [(&[&str], &[&str]); 8] = [
        (&["user", "add", "赵丁", "--role", "staff"], &["security"]),
        (&["fonds", "add", "X077", "某全宗"], &["archivist"]),
        (batch, &["archivist"]),
        (&["fonds", "list"], &["archivist", "staff"]),
        (&["search", "水"], &["archivist", "staff"]),
        (&["verify"], &["archivist", "sysadmin"]),
        (&["rebuild"], &["archivist", "sysadmin"]),
        (&["doctor"], &["archivist", "sysadmin"]),
    ];
    let tokens = ["archivist", "staff", "sysadmin", "security", "auditor"].map(|role| {
        let (name, password) = archive.account(role);
        (role, archive.token(&name, &password))
    });
    for (command, allowed) in commands {
        for (role, token) in &tokens {
            let (status, answer) = run_as(&archive, token, command);
            assert_eq!(status != 3, allowed.contains(role), "{role}: {command:?}: {answer}");
        }
    }
}

async fn an_archivist_takes_in_what_his_grants_reach_and_nothing_of_the_rest(db: TestDb) {
    let archive = Archive::new(&db);
    let (name, password) = archive.account("archivist");
    let token = archive.token(&name, &password);
    archive.run(&["ingest", &sample(), "--dry-run", "--yes"]).expect_status(0);
    archive.sql("UPDATE data_grant SET fonds = 'X028'");
    let (status, refused) = run_as(&archive, &token, &["ingest", &sample(), "--yes"]);
    assert_eq!(status, 3, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("不在你可收集的范围内"), "{refused}");
    assert_eq!(archive.run(&["fonds", "list"]).expect_status(0)["total"], 0, "nothing was taken in");
    archive.sql("UPDATE data_grant SET fonds = NULL");
    assert_eq!(run_as(&archive, &token, &["ingest", &sample(), "--yes"]).0, 0);
    // Handed in again by somebody who may not know of them: the codes are used, no more.
    archive.sql("UPDATE data_grant SET fonds = 'X028'");
    let (_, again) = run_as(&archive, &token, &["ingest", &sample(), "--dry-run"]);
    let of = |kind: &str| again["defects"].as_array().unwrap().iter().filter(|one| one["kind"] == kind).count();
    assert!(again["unchanged"].as_u64().unwrap() > 0, "those of X028: {again}");
    assert!(of("code-used") > 0, "{again}");
}

use people::an_officer_works_with_people_on_the_command_line;

async fn a_second_factor_that_is_asked_for_is_owed_on_the_command_line_too(db: TestDb) {
    let archive = Archive::new(&db);
    let (name, password) = archive.account("security");
    let token = archive.token(&name, &password);
    let run = |rule: &str| {
        let mut command = archive.command(&["user", "list"]);
        command.env("LANTAI_TOKEN", &token).env("LANTAI__SIGN_IN__SECOND_FACTOR", rule);
        command.output().unwrap().status.code().unwrap()
    };
    assert_eq!((run("offered"), run("officers"), run("everybody")), (0, 3, 3));
}

async fn the_operator_sees_people_until_somebody_has_signed_in(db: TestDb) {
    let archive = Archive::new(&db);
    archive.run(&["user", "list"]).expect_status(0);
    let (name, password) = archive.account("archivist");
    archive.token(&name, &password);
    archive.run(&["user", "list"]).expect_status(3);
    archive.run(&["fonds", "list"]).expect_status(0);
}

async fn whoever_may_not_rebuild_costs_the_archive_nothing(db: TestDb) {
    let archive = Archive::new(&db);
    let (name, password) = archive.account("staff");
    let token = archive.token(&name, &password);
    let mark = archive.data().join("index/mark");
    std::fs::write(&mark, "here").unwrap();
    for token in [token.as_str(), "deadbeef"] {
        assert_eq!(run_as(&archive, token, &["rebuild", "--from-store"]).0, 3);
        assert!(mark.exists(), "the index was thrown away before anybody was asked");
    }
}

on_both_databases!(
    a_second_factor_that_is_asked_for_is_owed_on_the_command_line_too,
    the_operator_sees_people_until_somebody_has_signed_in,
    whoever_may_not_rebuild_costs_the_archive_nothing,
    an_officer_works_with_people_on_the_command_line,
    a_first_password_gives_no_token_until_it_is_changed,
    as_somebody_takes_that_persons_token,
    each_command_takes_the_right_it_says,
    an_archivist_takes_in_what_his_grants_reach_and_nothing_of_the_rest,
);
