//! Reads a chart back: what is drawn on a sheet, and where; what stands in its table.

/// One element of a drawing: its tag, its attributes, the words in it.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) tag: String,
    pub(crate) class: String,
    attributes: Vec<(String, String)>,
    pub(crate) words: String,
}

impl Mark {
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        let text = self.attribute(name)?;
        Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every point the element names, of a path too.
    pub(crate) fn points(&self) -> Vec<(f64, f64)> {
        let at = |x: &str, y: &str| Some((self.number(x)?, self.number(y)?));
        let sized = at("x", "y").zip(at("width", "height")).map(|((x, y), (width, height))| (x + width, y + height));
        let path = self.attribute("d").unwrap_or("").trim_end_matches('Z').split(['M', 'L']).filter(|pair| !pair.is_empty());
        let path = path.map(|pair| pair.split_once(' ').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap());
        [at("x", "y"), sized, at("x1", "y1"), at("x2", "y2"), at("cx", "cy")].into_iter().flatten().chain(path).collect()
    }
}

/// One of the two drawings.
#[derive(Debug)]
pub(crate) struct Drawing {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) marks: Vec<Mark>,
}

impl Drawing {
    pub(crate) fn of<'a>(&'a self, class: &'a str) -> impl Iterator<Item = &'a Mark> {
        self.marks.iter().filter(move |mark| mark.class.split(' ').any(|known| known == class))
    }
}

/// The narrow drawing and the wide one; of a sparkline its only one.
pub(crate) fn drawings(html: &str) -> Vec<Drawing> {
    let inside = |part: &str| part.split("</svg>").next().unwrap().to_owned();
    html.split("<svg ").skip(1).map(|part| drawing(&inside(part))).collect()
}

/// Head and rows of the table.
pub(crate) fn table(html: &str) -> Vec<Vec<String>> {
    let rows = html.split("<tr>").skip(1).map(|row| row.split("</tr>").next().unwrap());
    let cells = |row: &str| {
        let ends = row.split("</t").filter_map(|cell| cell.rsplit_once('>').map(|(_, words)| words.to_owned()));
        let mut cells: Vec<String> = ends.collect();
        // What comes after the last cell.
        cells.pop();
        cells
    };
    rows.map(cells).collect()
}

fn drawing(svg: &str) -> Drawing {
    let (head, inside) = svg.split_once('>').unwrap();
    let frame = attributes(head);
    let view = frame.iter().find(|(name, _)| name == "viewBox").unwrap().1.clone();
    let sides: Vec<f64> = view.split(' ').map(|side| side.parse().unwrap()).collect();
    let marks = inside.split('<').skip(1).filter(|part| !part.starts_with('/')).map(|part| {
        let (tag, words) = part.split_once('>').unwrap();
        let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let attributes = attributes(rest);
        let class = attributes.iter().find(|(name, _)| name == "class").map(|(_, class)| class.clone()).unwrap_or_default();
        Mark { tag: name.to_owned(), class, attributes, words: words.to_owned() }
    });
    Drawing { width: sides[2], height: sides[3], marks: marks.collect() }
}

fn attributes(text: &str) -> Vec<(String, String)> {
    let mut parts = text.split('"');
    let mut found = Vec::new();
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        found.push((name.trim().trim_start_matches('/').trim_end_matches('=').to_owned(), value.to_owned()));
    }
    found
}
