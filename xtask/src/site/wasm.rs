//! The sections of a wasm module that we change: the code of functions, and the names under which it meets its script.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

const CUSTOM: u8 = 0;
const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
const CODE: u8 = 10;

/// A function that takes no locals and traps: `unreachable`, `end`.
const TRAP: [u8; 3] = [0x00, 0x00, 0x0b];

/// A module's bytes, section by section.
pub(super) struct Module {
    header: Vec<u8>,
    sections: Vec<(u8, Vec<u8>)>,
}

impl Module {
    /// Takes a file apart.
    pub(super) fn parse(file: &[u8]) -> Result<Self> {
        let (header, rest) = file.split_at_checked(8).context("no wasm module")?;
        let mut reader = Reader(rest);
        let mut sections = Vec::new();
        while !reader.0.is_empty() {
            sections.push((reader.byte()?, reader.bytes()?.to_vec()));
        }
        Ok(Self {
            header: header.to_vec(),
            sections,
        })
    }

    /// The file again.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut file = self.header.clone();
        for (id, content) in &self.sections {
            file.push(*id);
            write_bytes(&mut file, content);
        }
        file
    }

    /// Makes functions trap whose name `is_never_called`, so that nothing keeps what only they need. Says how many.
    pub(super) fn empty_functions(
        &mut self,
        is_never_called: impl Fn(&str) -> bool,
    ) -> Result<usize> {
        let imported = u32::try_from(self.imports()?.iter().filter(|it| it.is_function()).count())?;
        let names = self.function_names()?;
        let code = self.section(CODE)?;
        let mut reader = Reader(code);
        let count = reader.number()?;
        let (mut written, mut emptied) = (Vec::new(), 0);
        write_number(&mut written, count);
        for index in imported..imported + count {
            let body = reader.bytes()?;
            if names.get(&index).is_some_and(|name| is_never_called(name)) {
                emptied += 1;
                write_bytes(&mut written, &TRAP);
            } else {
                write_bytes(&mut written, body);
            }
        }
        *code_of(&mut self.sections, CODE)? = written;
        Ok(emptied)
    }

    /// The names of the module's imports, then of its exports.
    pub(super) fn outer_names(&self) -> Result<Vec<String>> {
        let imports = self.imports()?.into_iter();
        let imports = imports.flat_map(|import| [import.module, import.name]);
        let exports = self.exports()?.into_iter().map(|export| export.name);
        let mut names: Vec<String> = imports.chain(exports).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Calls imports and exports by what `name` makes of their names, and drops the exports of which it makes nothing.
    pub(super) fn rename(&mut self, name: impl Fn(&str) -> Option<String>) -> Result<()> {
        let kept = |old: &str| name(old).unwrap_or_else(|| old.to_owned());
        let imports = self.imports()?;
        let mut written = Vec::new();
        write_number(&mut written, u32::try_from(imports.len())?);
        for import in imports {
            write_bytes(&mut written, kept(&import.module).as_bytes());
            write_bytes(&mut written, kept(&import.name).as_bytes());
            written.extend(import.what);
        }
        *code_of(&mut self.sections, IMPORTS)? = written;
        let exports = self.exports()?.into_iter();
        let exports: Vec<_> = exports
            .filter_map(|export| Some((name(&export.name)?, export.what)))
            .collect();
        let mut written = Vec::new();
        write_number(&mut written, u32::try_from(exports.len())?);
        for (name, what) in exports {
            write_bytes(&mut written, name.as_bytes());
            written.extend(what);
        }
        *code_of(&mut self.sections, EXPORTS)? = written;
        Ok(())
    }

    fn section(&self, id: u8) -> Result<&[u8]> {
        let found = self.sections.iter().find(|(found, _)| *found == id);
        let (_, content) = found.with_context(|| format!("no section {id} in the wasm"))?;
        Ok(content)
    }

    fn imports(&self) -> Result<Vec<Import>> {
        let mut reader = Reader(self.section(IMPORTS)?);
        (0..reader.number()?)
            .map(|_| {
                let (module, name) = (reader.text()?, reader.text()?);
                let what = reader.import_type()?;
                Ok(Import { module, name, what })
            })
            .collect()
    }

    fn exports(&self) -> Result<Vec<Export>> {
        let mut reader = Reader(self.section(EXPORTS)?);
        (0..reader.number()?)
            .map(|_| {
                let name = reader.text()?;
                let what = reader.taken(|reader| {
                    reader.byte()?;
                    reader.number()
                })?;
                Ok(Export { name, what })
            })
            .collect()
    }

    /// The names of functions by their index, from the section `name`.
    fn function_names(&self) -> Result<BTreeMap<u32, String>> {
        for (id, content) in &self.sections {
            let mut reader = Reader(content);
            if *id != CUSTOM || reader.text()? != "name" {
                continue;
            }
            while !reader.0.is_empty() {
                let (kind, content) = (reader.byte()?, reader.bytes()?);
                if kind == 1 {
                    let mut reader = Reader(content);
                    let names =
                        (0..reader.number()?).map(|_| Ok((reader.number()?, reader.text()?)));
                    return names.collect();
                }
            }
        }
        bail!("the wasm has no names of functions")
    }
}

struct Import {
    module: String,
    name: String,
    /// Kind and type, as they stand in the file.
    what: Vec<u8>,
}

impl Import {
    fn is_function(&self) -> bool {
        self.what.first() == Some(&0)
    }
}

struct Export {
    name: String,
    /// Kind and index, as they stand in the file.
    what: Vec<u8>,
}

fn code_of(sections: &mut [(u8, Vec<u8>)], id: u8) -> Result<&mut Vec<u8>> {
    let found = sections.iter_mut().find(|(found, _)| *found == id);
    let (_, content) = found.with_context(|| format!("no section {id} in the wasm"))?;
    Ok(content)
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().context("the wasm ends too early")?;
        self.0 = rest;
        Ok(*first)
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> Result<u32> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        bail!("a number in the wasm is too long")
    }

    /// Bytes after their length.
    fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = usize::try_from(self.number()?)?;
        let split = self.0.split_at_checked(length);
        let (bytes, rest) = split.context("the wasm ends too early")?;
        self.0 = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<String> {
        Ok(String::from_utf8(self.bytes()?.to_vec())?)
    }

    /// The bytes that `read` goes over.
    fn taken<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<Vec<u8>> {
        let before = self.0;
        read(self)?;
        let length = before.len() - self.0.len();
        Ok(before.get(..length).unwrap_or_default().to_vec())
    }

    /// Of functions and tables: all that wasm-bindgen has imported.
    fn import_type(&mut self) -> Result<Vec<u8>> {
        self.taken(|reader| match reader.byte()? {
            0 => reader.number().map(drop),
            1 => {
                reader.byte()?;
                let limits = reader.byte()?;
                reader.number()?;
                if limits & 1 == 1 {
                    reader.number()?;
                }
                Ok(())
            }
            kind => bail!("the wasm imports something of the unknown kind {kind}"),
        })
    }
}

fn write_number(to: &mut Vec<u8>, mut number: u32) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            to.push(low & 0x7f);
            return;
        }
        to.push(low | 0x80);
    }
}

fn write_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    // A module that a browser takes is far smaller than 4 GiB.
    write_number(to, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    to.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Imports `a.long_in`, exports `long_out` and `unused`, which are the functions `kept` and `left`.
    fn module() -> Module {
        let custom: Vec<u8> = [b"\x04name\x01\x0d\x02\x01\x04kept\x02\x04left".as_slice()].concat();
        Module {
            header: b"\0asm\x01\0\0\0".to_vec(),
            sections: vec![
                (IMPORTS, b"\x01\x01a\x07long_in\x00\x00".to_vec()),
                (
                    EXPORTS,
                    b"\x02\x08long_out\x00\x01\x06unused\x00\x02".to_vec(),
                ),
                (
                    CODE,
                    b"\x02\x04\x00\x01\x01\x0b\x04\x00\x01\x01\x0b".to_vec(),
                ),
                (CUSTOM, custom),
            ],
        }
    }

    #[test]
    fn a_file_is_the_same_after_it_was_taken_apart() {
        let file = module().to_bytes();
        assert_eq!(Module::parse(&file).unwrap().to_bytes(), file);
        assert!(Module::parse(&file[..file.len() - 1]).is_err());
    }

    #[test]
    fn a_function_that_is_never_called_traps_and_the_others_stay() {
        let mut module = module();
        assert_eq!(module.empty_functions(|name| name == "left").unwrap(), 1);
        let code = b"\x02\x04\x00\x01\x01\x0b\x03\x00\x00\x0b";
        assert_eq!(module.section(CODE).unwrap(), code);
    }

    #[test]
    fn names_are_shortened_and_what_nobody_asks_for_is_dropped() {
        let mut module = module();
        let names = ["a", "long_in", "long_out", "unused"];
        assert_eq!(module.outer_names().unwrap(), names);
        let short = |name: &str| match name {
            "long_in" => Some("b".to_owned()),
            "long_out" => Some("c".to_owned()),
            _ => None,
        };
        module.rename(short).unwrap();
        assert_eq!(module.outer_names().unwrap(), ["a", "b", "c"]);
    }

    #[test]
    fn long_numbers_are_read_as_they_are_written() {
        for number in [0, 127, 128, 16_384, u32::MAX] {
            let mut bytes = Vec::new();
            write_number(&mut bytes, number);
            assert_eq!(Reader(&bytes).number().unwrap(), number);
        }
    }
}
