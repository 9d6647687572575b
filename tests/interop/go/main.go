// Checks a log with the code that checks Go's own module log: golang.org/x/mod/sumdb.
//
//	check-log DIR VKEY [PROOFS]
//
// The tree is built anew from the entries alone: its root must be the signed one, and each tile file must be the tile of that tree.
// (TileHashReader alone would not do: that of x/mod 0.30 returns some tiles unauthenticated, that of 0.42 no longer.) Then as a client would: sampled
// leaves are proved through the tiles, every checkpoint.SIZE beside the checkpoint must be a beginning of it, and every
// PROOFS/*.tlog-proof must hold.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int { return 8 }

// Go writes the tile height into the path; C2SP, where it is always 8, does not.
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), c2sp(t)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func check(err error, what string, at any) {
	if err != nil {
		log.Fatalf("%s %v: %v", what, at, err)
	}
}

func open(signed []byte, key note.Verifier) tlog.Tree {
	n := must(note.Open(signed, note.VerifierList(key)))
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != key.Name() {
		log.Fatalf("not a checkpoint of %s: %q", key.Name(), n.Text)
	}
	var size int64
	must(fmt.Sscanf(lines[1], "%d", &size))
	return tlog.Tree{N: size, Hash: must(tlog.ParseHash(lines[2]))}
}

func c2sp(t tlog.Tile) string { return strings.Replace(t.Path(), "tile/8/", "tile/", 1) }

// width is that of a tile when so many hashes are left for it.
func width(left int64) int {
	if left > 256 {
		return 256
	}
	return int(left)
}

// entries returns the leaf hashes of one entry bundle.
func entries(dir string, index int64, count int) []tlog.Hash {
	path := strings.Replace(c2sp(tlog.Tile{H: 8, L: 0, N: index, W: count}), "tile/0/", "tile/entries/", 1)
	data := must(os.ReadFile(filepath.Join(dir, path)))
	var hashes []tlog.Hash
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			log.Fatalf("%s is torn", path)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		hashes = append(hashes, tlog.RecordHash(data[2:end]))
		data = data[end:]
	}
	if len(hashes) != count {
		log.Fatalf("%s holds %d entries", path, len(hashes))
	}
	return hashes
}

// rebuild makes the tree from the entries, and compares it with the signed root and with every tile file.
func rebuild(dir string, tree tlog.Tree) (leaves []tlog.Hash) {
	var stored []tlog.Hash
	known := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range indexes {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	for first := int64(0); first < tree.N; first += 256 {
		for _, leaf := range entries(dir, first/256, width(tree.N-first)) {
			stored = append(stored, must(tlog.StoredHashesForRecordHash(int64(len(leaves)), leaf, known))...)
			leaves = append(leaves, leaf)
		}
	}
	if root := must(tlog.TreeHash(tree.N, known)); root != tree.Hash {
		log.Fatal("the entries do not lead to the root")
	}
	for level, hashes := 0, tree.N; hashes > 0; level, hashes = level+1, hashes/256 {
		for first := int64(0); first < hashes; first += 256 {
			tile := tlog.Tile{H: 8, L: level, N: first / 256, W: width(hashes - first)}
			if !bytes.Equal(must(tlog.ReadTileData(tile, known)), must(os.ReadFile(filepath.Join(dir, c2sp(tile))))) {
				log.Fatalf("%s is not the tile of the signed tree", c2sp(tile))
			}
		}
	}
	return leaves
}

func main() {
	log.SetFlags(0)
	dir, key := os.Args[1], must(note.NewVerifier(os.Args[2]))
	tree := open(must(os.ReadFile(filepath.Join(dir, "checkpoint"))), key)
	leaves := rebuild(dir, tree)
	reader := tlog.TileHashReader(tree, folder(dir))
	for _, i := range []int64{0, 1, 254, 255, 256, 257, 65535, 65536, tree.N / 2, tree.N - 1} {
		if i < tree.N {
			proof := must(tlog.ProveRecord(tree.N, i, reader))
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, i, leaves[i]), "leaf", i)
		}
	}
	older := must(filepath.Glob(filepath.Join(dir, "checkpoint.*")))
	for _, path := range older {
		old := open(must(os.ReadFile(path)), key)
		proof := must(tlog.ProveTree(tree.N, old.N, reader))
		check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash), "beginning", old.N)
	}
	proofs := 0
	if len(os.Args) > 3 {
		proofs = checkProofs(os.Args[3], key, leaves)
	}
	fmt.Printf("go sumdb: %d entries, %d older checkpoints, %d proof files\n", tree.N, len(older), proofs)
}

func checkProofs(dir string, key note.Verifier, leaves []tlog.Hash) int {
	paths := must(filepath.Glob(filepath.Join(dir, "*.tlog-proof")))
	for _, path := range paths {
		head, checkpoint, _ := strings.Cut(string(must(os.ReadFile(path))), "\n\n")
		lines := strings.Split(head, "\n")
		if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
			log.Fatalf("%s is no proof", path)
		}
		var index int64
		must(fmt.Sscanf(lines[1], "index %d", &index))
		var proof tlog.RecordProof
		for _, line := range lines[2:] {
			proof = append(proof, must(tlog.ParseHash(line)))
		}
		tree := open([]byte(checkpoint), key)
		if index >= int64(len(leaves)) {
			log.Fatalf("%s is about a leaf that is not there", path)
		}
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaves[index]), "proof", path)
	}
	return len(paths)
}
