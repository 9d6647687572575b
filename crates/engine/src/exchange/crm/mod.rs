//! CRM systems: one file a kind.
//!
//! * `bitrix24` – REST of Bitrix24: single calls and batches · `php` – parameters in brackets

pub mod bitrix24;
pub mod php;
