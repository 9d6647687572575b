// Checks a dossier (HTML) or a proof (JSON) with the code that checks Go's own module log: golang.org/x/mod/sumdb.
//
//	go run . FILE VKEY
//
// Only the first step is ours, as docs/verify.md describes it: from the record to the 82 bytes of its entry.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type bundle struct {
	Rid          string `json:"rid"`
	Salt         string `json:"salt"`
	Record       string `json:"record"`
	RecordBase64 []byte `json:"record_base64"`
	BlobSha256   string `json:"blob_sha256"`
	Proof        string `json:"proof"`
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func check(b bundle, key note.Verifier) {
	record := []byte(b.Record)
	if len(b.RecordBase64) > 0 {
		record = b.RecordBase64
	}
	rid, salt, blob := must(hex.DecodeString(b.Rid)), must(hex.DecodeString(b.Salt)), must(hex.DecodeString(b.BlobSha256))
	commitment := sha256.Sum256(bytes.Join([][]byte{[]byte("letopis/record/v1\x00"), rid, salt, record}, nil))
	entry := bytes.Join([][]byte{{1, 0}, rid, commitment[:], blob}, nil)

	head, checkpoint, _ := strings.Cut(b.Proof, "\n\n")
	lines := strings.Split(head, "\n")
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64))
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		proof = append(proof, must(tlog.ParseHash(line)))
	}
	opened := must(note.Open([]byte(checkpoint), note.VerifierList(key)))
	text := strings.Split(opened.Text, "\n")
	if len(text) != 4 || text[0] != key.Name() {
		log.Fatalf("not a checkpoint of %s", key.Name())
	}
	size, root := must(strconv.ParseInt(text[1], 10, 64)), must(tlog.ParseHash(text[2]))
	if err := tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(entry)); err != nil {
		log.Fatalf("record %d DOES NOT HOLD: %v", index, err)
	}
	fmt.Printf("record %d holds:\n", index)
	for _, line := range strings.Split(string(record), "\n") {
		plain := strconv.QuoteToGraphic(line)
		fmt.Printf("    %s\n", strings.ReplaceAll(plain[1:len(plain)-1], `\"`, `"`))
	}
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: FILE VKEY")
	}
	text, key := must(os.ReadFile(os.Args[1])), must(note.NewVerifier(os.Args[2]))
	var bundles []bundle
	if _, inside, found := bytes.Cut(text, []byte(`<script type="application/json" id="proofs">`)); found {
		inside, _, _ = bytes.Cut(inside, []byte("</script>"))
		if err := json.Unmarshal(inside, &bundles); err != nil {
			log.Fatal(err)
		}
	} else {
		var one bundle
		if err := json.Unmarshal(text, &one); err != nil {
			log.Fatal(err)
		}
		bundles = append(bundles, one)
	}
	if len(bundles) == 0 {
		log.Fatal("no proof in the file")
	}
	for _, b := range bundles {
		check(b, key)
	}
}
