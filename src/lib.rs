//! Lantai (兰台, the palace archive of the Han): an archive repository server.
//! One binary that takes in scanned and electronic records, keeps each as one OCFL
//! object with its description inside, and finds them by full text, Chinese first.
//!
//! # The house at a glance
//!
//! Rooms are named by archive words, not by layers; inside a room, one file an act.
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`kernel`] | words every room shares: ids, days, digests, who acts; no I/O |
//! | [`profile`] | rules as data: categories, schemes of codes, words of retention |
//! | [`db`] | SQLite or PostgreSQL behind one door, one writer at a time |
//! | [`audit`] | the trail; [`audit::Change`] is the only door to a write |
//! | [`jobs`] | work that outlives the act that asked for it |
//! | [`access`] | people, roles, grants, sessions; [`access::Reach`] and [`access::Permit`] |
//! | [`vault`] | the bytes: staging, sealing, opening, checking |
//! | [`holdings`] | fonds, codes, records; what is visible |
//! | [`ingest`] | from a sender's folder to filed records; reading their text |
//! | [`search`] | the index, queries, hits, words marked on a page |
//! | [`preservation`] | fixity; the rows again from the store |
//! | [`web`], [`cli`] | how it looks: pages, API, command line |
//! | [`app`], [`config`] | builds the one App; settings |
//!
//! # How a batch travels
//!
//! It comes as a folder, a ZIP file ([`ingest::package`]), by [`ingest::upload`], or through
//! [`ingest::watched`]; but for the folder its bytes lie sealed in the staging till step 2.
//!
//! 1. [`ingest::batch::plan`]: every row and every file is checked; nothing is written.
//! 2. [`ingest::batch::commit`]: rows with files are staged as whole objects, durable, and
//!    filed in chunks under one filing; rows without are filed alone; **the commit point**
//!    is the last small change, which makes all of it visible ([`holdings::publish`]).
//! 3. [`ingest::batch::seal`]: a job adopts the staged objects by rename, syncs, reads
//!    them back equal, and says so; it makes those of rows without files.
//! 4. [`ingest::batch::read`]: a job reads the text, in child processes with limits.
//! 5. [`search::follow`]: the index goes after the trail, and goes on from the number
//!    its last commit carries.
//!
//! Until both sides signed its [`ingest::handover`] a filed batch can be taken back
//! ([`ingest::wayback`]); afterwards its records are put right one by one
//! ([`ingest::version`]).
//!
//! The process may die between any two lines of this; the next start takes up what is
//! left, with the same code ([`app::App::settle`], [`app::go_on`]).
//!
//! # Invariants
//!
//! - *Invariant:* no room but `vault` knows that OCFL or an object store exists.
//! - *Invariant:* no room but `search` knows tantivy; no decision is taken from its answers.
//! - *Invariant:* content is opened with a [`access::Permit`] only; records are read
//!   within a [`access::Reach`] only.
//! - *Invariant:* what somebody may do is decided in `access` alone, anew for every
//!   request; a route says the right it needs or is not registered.
//! - *Invariant:* inside a change nothing but rows is touched: no store, no index.
//! - *Invariant:* nothing reads the wall clock but the clock in `app`.
//! - *Invariant:* no Rust names a regulation; a profile does.
//! - *Invariant:* of a row above 公开 nothing is kept but its number, code and mark,
//!   until records can be sealed.
//!
//! Who may import whom, which room owns which table, who may use which capability and
//! how long a file may be stands in `tests/house` and is checked by every test run.
//!
//! # Where this departs from the plan, and why
//!
//! - OCFL's main digest is SHA-256: SHA-512 cost about a fifth of the CPU of staging
//!   and sealing on this class of machine (2026-11-24, `vault`).
//! - The index has no follower's row in the database: its own commit carries the
//!   number of the trail it stands at, so that the two cannot disagree.
//! - Derivatives lie flat below their record (2026-11-24, `vault::derivatives`).
//! - The codes of a batch that is given up before any of it was visible may be handed in
//!   again: they came from the sender's catalogue and stand on his papers. The counters
//!   stay raised.
//! - So may those of a batch that is withdrawn: the number stays used, but a catalogue that
//!   names the code gets it (2026-11-29, `holdings`).
//!
//! # Glossary
//!
//! | word | 中文 | meaning |
//! | --- | --- | --- |
//! | archive | 档案馆（室） | one installation: a database, a store, an index |
//! | fonds | 全宗 | the records of one body; a code for ever, names with their days |
//! | category | 门类 | 文书, 会计, 照片 …: thirteen, as data |
//! | code | 档号 | the reference code of a record, unique for ever |
//! | scheme | 档号方案 | how codes of one fonds and category are built |
//! | serial | 件号 | the running number at the end of a code |
//! | gap | 断号 | a serial that was passed over |
//! | record | 件 | the unit that is described, kept and found |
//! | description | 著录 | title, responsible party, document number, date … |
//! | title | 题名 | |
//! | responsible party | 责任者 | |
//! | document number | 文号 | |
//! | retention | 保管期限 | 永久 (Y), 定期30年 (D30) … |
//! | secrecy | 密级 | 公开, 内部, 秘密, 机密, 绝密 |
//! | batch | 批次 | what one sender handed in at once |
//! | catalogue | 目录 | the sheet that lists a batch |
//! | defect | 缺陷 | what keeps a row out, or is worth a look |
//! | preset | 预设 | what the headers of one sender's catalogues mean, kept under a name |
//! | template | 空白模板 | an empty catalogue of a category, to be filled in |
//! | carrier | 载体 | what a record is on: paper, a file, both |
//! | set aside | 搁置 | a row above 公开: not taken in, and nothing of it kept |
//! | filing | 归档 | the act by which records come to be |
//! | handover | 交接 | both sides sign for what a batch brought |
//! | deadline | 移交期限 | the last day on which a department's year is handed over in time |
//! | version | 版本 | what a record said and held from one time to the next; the old ones stay |
//! | tray | 收件盒 | where what comes over a connection lies sealed until it is taken in |
//! | seal | 封存 | the object lies in the store, read back equal |
//! | fixity | 固化校验 | the bytes are those that were sealed |
//! | trail | 审计记录 | what happened, in order, hashed |
//! | officer | 三员 | system administrator 系统管理员, security officer 安全保密员, auditor 安全审计员 |
//! | role | 角色 | what somebody is: the functions he has |
//! | clearance | 涉密等级 | the highest secrecy that somebody may know of |
//! | grant | 授权 | on which part of the holdings somebody has his functions |
//! | department | 机构 | a body's part, in a tree; its code stands in codes |
//! | post | 岗位 | an office held from a day to a day, and delegated |
//! | opening | 开放划控 | whether a record is open to the public: 开放, 控制, 延期开放, 未审核 |
//! | second factor | 第二因素 | what is shown beside a password |
//! | reach | 可知范围 | what somebody may know to exist |
//! | permit | 调阅许可 | leave to open one record's content |

pub mod access;
pub mod app;
pub mod audit;
pub mod cli;
pub mod config;
pub mod db;
pub mod holdings;
pub mod ingest;
pub mod jobs;
pub mod kernel;
pub mod preservation;
pub mod profile;
pub mod search;
pub mod vault;
pub mod web;
