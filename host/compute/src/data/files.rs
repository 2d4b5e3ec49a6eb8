use crate::device::Cost;
use crate::error::Result;
use crate::session::Session;

/// Bytes that one call of [`Session::read_file`] gives at most.
const MOST_BYTES: u64 = 1 << 20;

impl Session {
    /// Bytes of a file from `offset` on: `length` of them, at most 1 MiB, fewer at the end, none behind it.
    ///
    /// # Errors
    /// Device time: the bytes are charged.
    pub fn read_file(&mut self, file: &[u8], offset: u64, length: u32) -> Result<Vec<u8>> {
        self.check_cancelled()?;
        let left = (file.len() as u64).saturating_sub(offset);
        let count = u64::from(length).min(MOST_BYTES).min(left);
        let spent = self.spend("read-file", &Cost::of(0.0, 2.0 * count as f64));
        self.note(spent)?;
        if count == 0 {
            return Ok(Vec::new());
        }
        // `offset` and `offset + count` lie within a slice.
        Ok(file[offset as usize..(offset + count) as usize].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceModel;
    use crate::quota::Limits;

    fn session() -> Session {
        let model = DeviceModel {
            name: "test".to_owned(),
            flops_per_second: 1e9,
            bytes_per_second: 1e6,
            launch_seconds: 0.0,
            instructions_per_second: 1e9,
        };
        Session::new(model, Limits { tensor_bytes: 0, tensors: 0, elements_per_operation: 0 })
    }

    #[test]
    fn whatever_is_asked_for_is_within_the_file_and_the_cap() {
        let mut session = session();
        let file: Vec<u8> = (0..(MOST_BYTES + 10)).map(|i| i as u8).collect();
        assert_eq!(session.read_file(&file, 2, 3).unwrap(), [2, 3, 4]);
        assert_eq!(session.read_file(&file, MOST_BYTES + 8, 100).unwrap().len(), 2);
        assert_eq!(session.read_file(&file, 0, u32::MAX).unwrap().len() as u64, MOST_BYTES);
        for beyond in [file.len() as u64, u64::MAX] {
            assert!(session.read_file(&file, beyond, u32::MAX).unwrap().is_empty());
        }
        assert!(session.read_file(&[], 0, 1).unwrap().is_empty());
    }

    #[test]
    fn reading_takes_device_time_until_none_is_left() {
        let mut session = session();
        session.set_deadline(2.5);
        let file = vec![0; 1_000_000];
        assert!(session.read_file(&file, 0, 1_000_000).is_ok());
        assert_eq!(session.elapsed_seconds(), 2.0);
        let spent = session.read_file(&file, 0, 1_000_000).unwrap_err();
        assert_eq!(spent.code.as_str(), "quota.device-time");
    }
}
