//! Copies as files: a folder that is synchronised elsewhere, a network disk, a medium that is taken away.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::letter::Letter;

/// Writes `<slug>-<day>-<size>.checkpoint`. The folder is not made: where a disk is not mounted, that is to be seen.
pub(super) async fn send(folder: &Path, letter: &Letter) -> Result<(), String> {
    let name = format!("{}-{}-{}.checkpoint", letter.slug, letter.day(), letter.size);
    let (path, note) = (folder.join(name), letter.note.clone());
    let written = tokio::task::spawn_blocking(move || {
        let next = path.with_extension("next");
        let mut file = File::create(&next)?;
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&next, &path)
    });
    written.await.map_err(|e| e.to_string())?.map_err(|e| format!("{}: {e}", folder.display()))
}
