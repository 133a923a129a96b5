#[test]
fn dump() {
    use std::io::Write;
    let mut out = std::fs::File::create("/tmp/maildump.jsonl").unwrap();
    let mut st: Vec<std::path::PathBuf> = vec!["/work/shared/data/email".into()];
    let mut files = vec![];
    while let Some(d) = st.pop() { for e in std::fs::read_dir(d).unwrap() { let p = e.unwrap().path(); if p.is_dir() { st.push(p) } else { files.push(p) } } }
    files.sort();
    for f in files {
        let b = std::fs::read(&f).unwrap();
        let t = std::time::Instant::now();
        let r = weft_mail_decode::decode(&b);
        let ms = t.elapsed().as_micros();
        let v = match r { Ok(mut e) => { e.raw_data = None; serde_json::json!({"file": f, "us": ms as u64, "event": e}) } Err(e) => serde_json::json!({"file": f, "us": ms as u64, "err": e.reason()}) };
        writeln!(out, "{v}").unwrap();
    }
}
