//! Others have seen the log: two firms witness each other, a history that is re-signed is refused and named, and a witness that is away
//! or dies changes nothing for whoever writes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use ledger::{AddCheckpoint, Checkpoint, Hash, ProofBundle, SigningKey, VerifyingKey};
use serde_json::Value;

use super::app::{TestApp, command, wait_until};
use super::commands::letopis;
use super::event;
use super::http::Line;
use super::tampered::copy_folder;

/// Rounds as quick as a test wants them.
const QUICK: &str = "[anchor]\nwitness_seconds = 1\npatience_seconds = 5\n";

/// A witness of its own: the real binary on a folder, under a name.
struct TestWitness {
    folder: PathBuf,
    child: Option<Child>,
    address: SocketAddr,
    vkey: String,
}

impl TestWitness {
    fn start(folder: &Path, name: &str) -> Self {
        let vkey = letopis(folder, &["witness", "key", "--name", name]).out.trim().to_owned();
        let mut witness = Self { folder: folder.to_owned(), child: None, address: SocketAddr::from(([127, 0, 0, 1], 0)), vkey };
        witness.restart();
        witness
    }

    /// On the same port after the first time, as logs know it by its address.
    fn restart(&mut self) {
        let listen = self.address.to_string();
        let mut command = command();
        command.args(["witness", "serve", "--listen", &listen, "--data"]).arg(&self.folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap_or_else(|| panic!("the witness does not start")).unwrap();
        self.address = first.strip_prefix("witness: http://").unwrap().parse().unwrap();
        self.child = Some(child);
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn watch(&self, vkey: &str) {
        let added = letopis(&self.folder, &["witness", "add-log", vkey]);
        assert!(added.ok, "{}", added.err);
    }

    /// What `POST /add-checkpoint` answers; none when it is gone.
    fn ask(&self, body: &str) -> Option<(u16, String)> {
        let answer = Line::open(self.address).ok()?.request("POST", "/add-checkpoint", &[], body.as_bytes()).ok()?;
        Some((answer.status, answer.text()))
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for TestWitness {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The log key of a server's only business.
fn log_key(app: &TestApp) -> String {
    let shown = letopis(app.data(), &["business", "show", "main", "--json"]);
    serde_json::from_str::<Value>(&shown.out).unwrap()["vkey"].as_str().unwrap().to_owned()
}

fn join(app: &TestApp, witness: &TestWitness) {
    witness.watch(&log_key(app));
    let joined = letopis(app.data(), &["witness", "join", &witness.vkey, "--url", &witness.url()]);
    assert!(joined.ok, "{}", joined.err);
}

fn known(app: &TestApp) -> Value {
    serde_json::from_str(&letopis(app.data(), &["witness", "list", "--json"]).out).unwrap()
}

fn note(app: &TestApp) -> String {
    app.get("/log/main/checkpoint").map(|answer| answer.text()).unwrap_or_default()
}

/// How many entries the published checkpoint covers.
fn size(app: &TestApp) -> u64 {
    let note: Option<ledger::Note> = note(app).parse().ok();
    note.and_then(|note| Checkpoint::of_any_log(note.text())).map_or(0, |checkpoint| checkpoint.size)
}

fn seen_by(note: &str, witnesses: &[&TestWitness]) -> usize {
    let keys: Vec<VerifyingKey> = witnesses.iter().map(|witness| witness.vkey.parse().unwrap()).collect();
    Checkpoint::cosignatures(note, &keys.iter().collect::<Vec<_>>()).unwrap_or_default().len()
}

fn metric(app: &TestApp, start: &str) -> Option<f64> {
    let text = app.get("/metrics").unwrap().text();
    let line = text.lines().find(|line| line.starts_with(start))?.to_owned();
    line.rsplit(' ').next()?.parse().ok()
}

#[test]
fn two_firms_witness_each_other() {
    let homes = tempfile::tempdir().unwrap();
    let (salon, clinic) = (TestApp::start_with(QUICK), TestApp::start_with(QUICK));
    let of_salon = TestWitness::start(&homes.path().join("salon"), "witness.salon.example");
    let of_clinic = TestWitness::start(&homes.path().join("clinic"), "witness.clinic.example");
    join(&salon, &of_clinic);
    join(&clinic, &of_salon);
    for (app, witness) in [(&salon, &of_clinic), (&clinic, &of_salon)] {
        app.post_event(&event("e-1"));
        app.wait_recorded(1);
        wait_until("the checkpoint is cosigned", || seen_by(&note(app), &[witness]) == 1);
        let key: VerifyingKey = log_key(app).parse().unwrap();
        assert!(Checkpoint::open(&note(app), &key).is_ok());
    }
}

#[test]
fn a_quorum_is_named_when_it_fails_and_proves_who_has_seen() {
    let homes = tempfile::tempdir().unwrap();
    let salon = TestApp::start_with(QUICK);
    let of_clinic = TestWitness::start(&homes.path().join("clinic"), "witness.clinic.example");
    join(&salon, &of_clinic);
    salon.post_event(&event("e-1"));
    salon.wait_recorded(1);
    // A quorum of two, of which one is away, is not reached; the log goes on, and the age grows until it is back.
    let mut second = TestWitness::start(&homes.path().join("second"), "witness.second.example");
    join(&salon, &second);
    assert!(letopis(salon.data(), &["witness", "quorum", "2"]).ok);
    assert!(!letopis(salon.data(), &["witness", "quorum", "3"]).ok, "three of two");
    salon.post_event(&event("e-2"));
    wait_until("both have cosigned", || seen_by(&note(&salon), &[&of_clinic, &second]) == 2);
    let before = size(&salon);
    wait_until("that is noted", || known(&salon)["agreed_size"] == before);
    second.kill();
    let agreed = known(&salon)["agreed_size"].as_i64().unwrap();
    salon.post_event(&event("e-3"));
    wait_until("the log is signed without it", || size(&salon) > before);
    wait_until("its absence is named", || known(&salon)["all"][1]["problem"].as_str().is_some_and(|problem| problem.contains("reached")));
    assert_eq!(known(&salon)["agreed_size"], agreed);
    let failures = "letopis_witness_failures_total{log=\"";
    wait_until("failures are counted", || {
        metric(&salon, failures).is_some() && salon.get("/metrics").unwrap().text().contains("second.example\"} ")
    });
    wait_until("the age of the quorum grows", || metric(&salon, "letopis_witness_quorum_age_seconds{").unwrap() >= 2.0);
    // A proof still stands under the checkpoint that both saw.
    proof_names(&salon, homes.path(), [&of_clinic, &second]);
    second.restart();
    wait_until("it has caught up", || seen_by(&note(&salon), &[&of_clinic, &second]) == 2);

    // Who has left is asked no more, and a restart keeps what was cosigned.
    assert!(letopis(salon.data(), &["witness", "leave", "witness.second.example"]).ok);
    let mut salon = salon;
    let kept = note(&salon);
    salon.stop();
    salon.restart();
    assert_eq!(seen_by(&note(&salon), &[&of_clinic]), 1, "{kept}");
    assert_eq!(known(&salon)["all"].as_array().unwrap().len(), 1);
    salon.stopped().must_verify();
}

/// A proof of `event` stands under the checkpoint that these witnesses saw, and a verifier is told who they are.
fn proof_names(salon: &TestApp, homes: &Path, witnesses: [&TestWitness; 2]) {
    let [of_clinic, second] = witnesses;
    let file = homes.join("proof.json");
    let proved = letopis(salon.data(), &["proof", "e-1", "-o", file.to_str().unwrap()]);
    assert!(proved.ok, "{}", proved.err);
    let bundle = ProofBundle::from_json(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(seen_by(&bundle.proof.checkpoint, &witnesses), 2);
    let salon_key = log_key(salon);
    let checked = letopis(
        salon.data(),
        &[
            "verify-proof",
            file.to_str().unwrap(),
            "--key",
            &salon_key,
            "--witness",
            &of_clinic.vkey,
            "--witness",
            &second.vkey,
            "--quorum",
            "2",
        ],
    );
    assert!(checked.ok && checked.out.contains("witness.clinic.example") && checked.out.contains("UTC"), "{} {}", checked.out, checked.err);
    let stranger = "witness.stranger.example";
    let stranger = letopis(&homes.join("stranger"), &["witness", "key", "--name", stranger]).out.trim().to_owned();
    let checked = letopis(salon.data(), &["verify-proof", file.to_str().unwrap(), "--key", &salon_key, "--witness", &stranger]);
    assert!(!checked.ok, "nobody of that name has cosigned: {}", checked.out);
}

#[test]
fn a_witness_that_saw_more_or_less_is_asked_from_there() {
    let homes = tempfile::tempdir().unwrap();
    let app = TestApp::start_with(QUICK);
    let witness = TestWitness::start(&homes.path().join("w"), "witness.example");
    app.post_event(&event("e-1"));
    app.wait_recorded(1);
    // It saw the first checkpoint before it joined: the server believes nothing was seen, is told 409, and proves from there.
    wait_until("a checkpoint is signed", || note(&app).lines().count() > 3);
    witness.watch(&log_key(&app));
    let first = AddCheckpoint::new(0, vec![], &note(&app)).unwrap();
    assert_eq!(witness.ask(&first.to_string()).unwrap().0, 200);
    app.post_event(&event("e-2"));
    app.wait_recorded(2);
    join(&app, &witness);
    wait_until("it cosigns what grew since", || seen_by(&note(&app), &[&witness]) == 1);
    assert!(known(&app)["all"][0]["problem"].is_null());
}

#[test]
fn a_history_that_was_signed_again_is_refused_and_named() {
    let homes = tempfile::tempdir().unwrap();
    let mut app = TestApp::start_with(QUICK);
    let witness = TestWitness::start(&homes.path().join("w"), "witness.example");
    join(&app, &witness);
    app.stop();
    // The owner keeps a copy, goes on, and later goes back to the copy with everything that would betray him.
    let copy = homes.path().join("copy");
    copy_folder(app.data(), &copy);
    app.restart();
    (0..20).for_each(|n| drop(app.post_event(&event(&format!("true-{n}")))));
    app.wait_recorded(20);
    wait_until("the true history is cosigned", || seen_by(&note(&app), &[&witness]) == 1 && size(&app) > 20);
    app.stop();
    std::fs::remove_dir_all(app.data()).unwrap();
    copy_folder(&copy, app.data());
    app.restart();
    wait_until("the log that went back is named", || known(&app)["all"][0]["alarm_us"].is_i64());
    let problem = known(&app)["all"][0]["problem"].as_str().unwrap().to_owned();
    assert!(problem.contains("rolled back"), "{problem}");
    (0..40).for_each(|n| drop(app.post_event(&event(&format!("other-{n}")))));
    app.wait_recorded(40);
    wait_until("the other history is named", || known(&app)["all"][0]["problem"].as_str().unwrap().contains("re-signed"));
    assert_eq!(seen_by(&note(&app), &[&witness]), 0);
    assert_eq!(metric(&app, "letopis_witness_alarm{"), Some(1.0));
    wait_until("the log says it", || app.said().contains("ALARM re-signed history: witness witness.example"));
    let doctor = letopis(app.data(), &["doctor"]);
    assert!(!doctor.ok && doctor.out.contains("witness.example") && doctor.out.contains("history"), "{}", doctor.out);
    let logs = letopis(&witness.folder, &["witness", "logs", "--json"]);
    assert!(logs.ok, "{}", logs.err);
}

/// SIGKILL at any moment: whatever a witness has cosigned is one history, though it is asked for two.
#[test]
fn a_killed_witness_never_cosigns_a_fork() {
    let homes = tempfile::tempdir().unwrap();
    let mut witness = TestWitness::start(&homes.path().join("w"), "witness.example");
    let key = SigningKey::from_seed("log.example/1", &[1; 32]).unwrap();
    witness.watch(&key.verifying_key().to_string());
    let log = Histories::new();
    let public: VerifyingKey = witness.vkey.parse().unwrap();
    let mut cosigned: Vec<(u64, Hash)> = Vec::new();
    let mut last = 0;
    for round in 0..25_u64 {
        // Two people of the same firm push two histories as fast as they can, and the witness dies among it.
        let told: Vec<(u64, usize)> = std::thread::scope(|all| {
            let pushing: Vec<_> = (0..2_usize)
                .map(|story| {
                    all.spawn({
                        let (witness, log, key) = (&witness, &log, &key);
                        move || push(witness, log, key, story, last)
                    })
                })
                .collect();
            std::thread::sleep(Duration::from_millis(3 + round * 7 % 40));
            let pid = rustix::process::Pid::from_child(witness.child.as_ref().unwrap());
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
            pushing.into_iter().flat_map(|pushing| pushing.join().unwrap()).collect()
        });
        witness.kill();
        witness.restart();
        cosigned.extend(told.iter().map(|(size, story)| (*size, log.root(*story, *size))));
        let (status, size) = witness.ask(&log.request(&key, 0, 200, 200)).unwrap();
        last = if status == 409 { size.trim().parse().unwrap() } else { 0 };
        assert!(told.iter().all(|(size, _)| *size <= last), "it forgot what it had signed: {told:?}, now {last}");
    }
    let signed_one = |story: usize| cosigned.iter().all(|(size, root)| *size <= 2 || log.root(story, *size) == *root);
    assert!(signed_one(0) || signed_one(1), "two histories were cosigned: {cosigned:?}");
    assert!(!cosigned.is_empty(), "nothing was cosigned at all");
    drop(public);
}

/// Two trees that begin alike and differ from the third leaf on.
struct Histories([Vec<Hash>; 2]);

impl Histories {
    fn new() -> Self {
        let leaf = |story: u64, n: u64| ledger::leaf_hash(format!("{} {n}", if n < 2 { 0 } else { story }).as_bytes());
        Self([0, 1].map(|story| (0..5_000).map(|n| leaf(story, n)).collect()))
    }

    fn tree(&self, story: usize, size: u64) -> (Tiles, Hash) {
        let mut writer = ledger::TileWriter::new();
        let mut tiles = writer.append(self.0[story][..size as usize].iter().copied());
        tiles.extend(writer.partial_tiles());
        (Tiles(tiles), writer.root())
    }

    fn root(&self, story: usize, size: u64) -> Hash {
        self.tree(story, size).1
    }

    fn request(&self, key: &SigningKey, story: usize, old: u64, new: u64) -> String {
        let (tiles, root) = self.tree(story, new);
        let checkpoint = Checkpoint { origin: "log.example/1".into(), size: new, root };
        let proof = ledger::consistency_proof(&tiles, old, new).unwrap();
        AddCheckpoint::new(old, proof, &checkpoint.sign(key).unwrap()).unwrap().to_string()
    }
}

struct Tiles(Vec<ledger::TileData>);

impl ledger::TileSource for Tiles {
    type Error = std::io::Error;

    fn tile(&self, tile: ledger::Tile) -> std::io::Result<std::borrow::Cow<'_, [u8]>> {
        let found = self.0.iter().find(|data| (data.tile.level, data.tile.index) == (tile.level, tile.index));
        found.map(|data| std::borrow::Cow::Borrowed(&data.bytes[..])).ok_or_else(|| std::io::Error::other("no tile"))
    }
}

/// Grows one story until the witness is gone; gives what was cosigned.
fn push(witness: &TestWitness, log: &Histories, key: &SigningKey, story: usize, last: u64) -> Vec<(u64, usize)> {
    let (mut told, mut old) = (Vec::new(), last);
    for _ in 0..200 {
        let new = old + 3;
        if new > 5_000 {
            return told;
        }
        match witness.ask(&log.request(key, story, old, new)) {
            Some((200, _)) => {
                told.push((new, story));
                old = new;
            }
            Some((409, size)) => old = size.trim().parse().unwrap(),
            Some((422, _)) => return told,
            Some(other) => panic!("{other:?}"),
            None => return told,
        }
    }
    told
}

#[test]
fn copies_go_by_file_mail_and_telegram() {
    let outside = tempfile::tempdir().unwrap();
    let (smtp, mails) = listener(smtp_answers);
    let (bot, messages) = listener(bot_answers);
    let (folder, token) = (outside.path().join("drop"), outside.path().join("token"));
    std::fs::write(&token, "1234:SECRET-token\n").unwrap();
    let config = format!(
        "[anchor]\nfolder = {folder:?}\n[anchor.mail]\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"l@salon.example\"\n\
         to = [\"keeper@example.ru\"]\n[anchor.telegram]\ntoken_file = {token:?}\nchat = \"-100\"\nurl = \"http://{bot}\"\n",
        smtp.port()
    );
    let app = TestApp::start_with(&config);
    app.post_event(&event("e-1"));
    let mail = mails.recv_timeout(super::app::PATIENCE).unwrap();
    assert!(mail.contains("keeper@example.ru") && mail.to_lowercase().contains("content-disposition: attachment"), "{mail}");
    let message = messages.recv_timeout(super::app::PATIENCE).unwrap();
    assert!(message.starts_with("POST /bot1234:SECRET-token/sendMessage ") && message.contains("/main"), "{message}");
    // The folder was not there: named, not made.
    wait_until("the missing folder is named", || app.said().contains("drop: No such file"));
    assert!(!app.said().contains("SECRET"), "{}", app.said());
    for line in ["way=\"mail\",outcome=\"sent\"} 1", "way=\"telegram\",outcome=\"sent\"} 1", "way=\"folder\",outcome=\"failed\"} 1"] {
        wait_until(line, || app.get("/metrics").unwrap().text().contains(line));
    }
    let doctor = letopis(app.data(), &["doctor"]);
    assert!(doctor.out.contains("folder") && doctor.out.contains("drop"), "{}", doctor.out);
    std::fs::create_dir(&folder).unwrap();
    let mut app = app;
    app.stop();
    app.restart();
    let dropped = || {
        let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
        files.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "checkpoint"))
    };
    wait_until("the file is there", || dropped().is_some());
    let file = dropped().unwrap();
    // What was given away is checked against the log later.
    let check = || letopis(app.data(), &["checkpoint", "check", file.to_str().unwrap()]);
    assert!(check().ok, "{}", check().err);
    let kept = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, kept.replacen("\n— ", "\n— x", 1)).unwrap();
    assert!(!check().ok);
}

/// A server that talks by `answers` and hands over what it was told, one piece a connection.
pub fn listener(answers: fn(TcpStream) -> Option<String>) -> (SocketAddr, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (send, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            answers(stream).map(|told| send.send(told));
        }
    });
    (address, heard)
}

pub fn smtp_answers(stream: TcpStream) -> Option<String> {
    let mut write = stream.try_clone().ok()?;
    let (mut lines, mut mail, mut body) = (BufReader::new(stream).lines(), String::new(), false);
    write.write_all(b"220 test\r\n").ok()?;
    while let Some(Ok(line)) = lines.next() {
        mail.push_str(&line);
        mail.push('\n');
        let answer: &[u8] = match line.as_str() {
            "." if body => {
                body = false;
                b"250 kept\r\n"
            }
            _ if body => continue,
            "DATA" => {
                body = true;
                b"354 go on\r\n"
            }
            "QUIT" => break,
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).ok()?;
        if answer == b"250 kept\r\n" {
            return Some(mail);
        }
    }
    None
}

pub fn bot_answers(mut stream: TcpStream) -> Option<String> {
    let (mut heard, mut piece) = (String::new(), [0; 8192]);
    while !heard.contains("\"chat_id\"") || !heard.trim_end().ends_with('}') {
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        heard.push_str(&String::from_utf8_lossy(&piece[..length]));
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"ok\":true}").ok()?;
    Some(heard)
}
