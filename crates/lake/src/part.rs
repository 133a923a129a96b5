//! One part file: rows sorted by (time, uid) in Parquet, written once and read back row by row. The same rows give the same bytes.

use crate::error::LakeError;
use crate::folder::Folder;
use crate::row::{Column, Row};
use arrow::array::{Array, ArrayRef, BinaryArray, BooleanArray, RecordBatch, Scalar, StringArray, TimestampMillisecondArray, UInt32Array};
use arrow::compute::kernels::cmp::{eq, gt_eq, lt};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnPath;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weft_model::{EventRef, EventTime, EventUid};

const TIME: &str = "time";
const CLASS_UID: &str = "class_uid";
const EVENT: &str = "event";
const UTC: &str = "UTC";
/// Rows and bytes handed to the Parquet writer at once.
const WRITE_ROWS: usize = 1024;
const WRITE_BYTES: usize = 8 * 1024 * 1024;
/// A row group is closed at this many rows or encoded bytes; it is the unit that statistics can skip, and is kept in memory until closed.
const GROUP_ROWS: usize = 65_536;
const GROUP_BYTES: usize = 32 * 1024 * 1024;
/// Rows decoded at once for reading.
const READ_ROWS: usize = 128;

fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some(UTC.into()))
}

fn schema() -> Schema {
    let text = |column: &Column| Field::new(column.name(), DataType::Utf8, !matches!(column, Column::Uid | Column::Domain));
    let mut fields = vec![Field::new(TIME, time_type(), false), Field::new(CLASS_UID, DataType::UInt32, false)];
    fields.extend(Column::ALL.iter().map(text));
    fields.push(Field::new(EVENT, DataType::Binary, false));
    Schema::new(fields)
}

/// Writes one part; rows must come sorted.
pub(crate) struct PartWriter {
    path: PathBuf,
    schema: Arc<Schema>,
    writer: ArrowWriter<File>,
    rows: Vec<Row>,
    bytes: usize,
}

impl PartWriter {
    pub(crate) fn create(path: PathBuf) -> Result<Self, LakeError> {
        let file = File::create(&path).map_err(LakeError::io("create", &path))?;
        let whole = ColumnPath::from(EVENT);
        let uid = ColumnPath::from(Column::Uid.name());
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            // Every uid and event differs: a dictionary would only be filled and thrown away.
            .set_column_dictionary_enabled(uid, false)
            .set_column_dictionary_enabled(whole.clone(), false)
            .set_column_statistics_enabled(whole, EnabledStatistics::None)
            .build();
        let schema = Arc::new(schema());
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(LakeError::part(&path))?;
        Ok(Self { path, schema, writer, rows: Vec::new(), bytes: 0 })
    }

    pub(crate) fn push(&mut self, row: Row) -> Result<(), LakeError> {
        self.bytes = self.bytes.saturating_add(row.bytes());
        self.rows.push(row);
        if self.rows.len() >= WRITE_ROWS || self.bytes >= WRITE_BYTES {
            self.write_rows()?;
        }
        Ok(())
    }

    fn write_rows(&mut self) -> Result<(), LakeError> {
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        if rows.is_empty() {
            return Ok(());
        }
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(TimestampMillisecondArray::from_iter_values(rows.iter().map(|row| row.reference.time.0)).with_timezone(UTC)),
            Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.class_uid))),
        ];
        for column in Column::ALL {
            columns.push(Arc::new(rows.iter().map(|row| row.column(column)).collect::<StringArray>()));
        }
        columns.push(Arc::new(BinaryArray::from_iter_values(rows.iter().map(|row| &row.event))));
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|error| LakeError::part(&self.path)(error.into()))?;
        self.writer.write(&batch).map_err(LakeError::part(&self.path))?;
        if self.writer.in_progress_size() >= GROUP_BYTES {
            self.writer.flush().map_err(LakeError::part(&self.path))?;
        }
        Ok(())
    }

    /// Writes and syncs the rest.
    pub(crate) fn finish(mut self) -> Result<(), LakeError> {
        self.write_rows()?;
        let file = self.writer.into_inner().map_err(LakeError::part(&self.path))?;
        file.sync_all().map_err(LakeError::io("sync", &self.path))
    }
}

/// What rows of a part are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) from: EventTime,
    /// Exclusive; `None` for no end.
    pub(crate) to: Option<EventTime>,
    /// Values as the columns store them.
    pub(crate) equals: Vec<(Column, String)>,
}

impl Wanted {
    pub(crate) fn everything() -> Self {
        Self { from: EventTime(i64::MIN), to: None, equals: Vec::new() }
    }

    /// Whether statistics allow a wanted row in this group. Missing statistics allow everything.
    fn allows(&self, group: &RowGroupMetaData) -> bool {
        let statistics = |name: &str| group.columns().iter().find(|c| c.column_path().string() == name).and_then(|c| c.statistics());
        if let Some(Statistics::Int64(times)) = statistics(TIME) {
            let after = times.max_opt().is_some_and(|max| *max < self.from.0);
            let before = self.to.is_some_and(|to| times.min_opt().is_some_and(|min| *min >= to.0));
            if after || before {
                return false;
            }
        }
        // Long values have shortened bounds, which are still bounds.
        self.equals.iter().all(|(column, value)| match statistics(column.name()) {
            Some(bounds) => {
                let below = bounds.min_bytes_opt().is_some_and(|min| value.as_bytes() < min);
                let above = bounds.max_bytes_opt().is_some_and(|max| value.as_bytes() > max);
                !below && !above
            }
            None => true,
        })
    }

    fn filter(&self, columns: &parquet::schema::types::SchemaDescriptor) -> RowFilter {
        let instant = |time: EventTime| Scalar::new(TimestampMillisecondArray::from_iter_values([time.0]).with_timezone(UTC));
        let mut predicates: Vec<Box<dyn ArrowPredicate>> = Vec::new();
        let mut add = |name: &str, test: Box<dyn FnMut(ArrayRef) -> Result<BooleanArray, arrow::error::ArrowError> + Send>| {
            let mut test = test;
            let mask = ProjectionMask::columns(columns, [name]);
            predicates.push(Box::new(ArrowPredicateFn::new(mask, move |batch: RecordBatch| match batch.columns().first() {
                Some(column) => test(Arc::clone(column)),
                None => Ok(BooleanArray::from(vec![false; batch.num_rows()])),
            })));
        };
        // Equalities first: they leave least for the next.
        for (column, value) in &self.equals {
            let value = StringArray::new_scalar(value.clone());
            add(column.name(), Box::new(move |column| eq(&column, &value)));
        }
        if self.from > EventTime(i64::MIN) {
            let from = instant(self.from);
            add(TIME, Box::new(move |column| gt_eq(&column, &from)));
        }
        if let Some(to) = self.to {
            let to = instant(to);
            add(TIME, Box::new(move |column| lt(&column, &to)));
        }
        RowFilter::new(predicates)
    }
}

/// Reads the wanted rows of a part in (time, uid) order.
pub(crate) struct PartReader {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    batch: Option<Batch>,
    row: usize,
}

struct Batch {
    times: TimestampMillisecondArray,
    uids: StringArray,
    events: BinaryArray,
}

impl Batch {
    fn of(batch: &RecordBatch) -> Option<Self> {
        let times = batch.column_by_name(TIME)?.as_any().downcast_ref::<TimestampMillisecondArray>()?.clone();
        let uids = batch.column_by_name(Column::Uid.name())?.as_any().downcast_ref::<StringArray>()?.clone();
        let events = batch.column_by_name(EVENT)?.as_any().downcast_ref::<BinaryArray>()?.clone();
        Some(Self { times, uids, events })
    }

    fn get(&self, row: usize) -> Option<(EventRef, Vec<u8>)> {
        if self.times.is_null(row) || self.uids.is_null(row) || self.events.is_null(row) {
            return None;
        }
        let uid: EventUid = self.uids.value(row).parse().ok()?;
        Some((EventRef { time: EventTime(self.times.value(row)), uid }, self.events.value(row).to_vec()))
    }
}

impl PartReader {
    pub(crate) fn open(folder: &Folder, path: &Path, wanted: &Wanted) -> Result<Self, LakeError> {
        folder.check(path)?;
        let file = File::open(path).map_err(LakeError::io("open", path))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(LakeError::part(path))?;
        let fits = |field: &Field| builder.schema().field_with_name(field.name()).is_ok_and(|known| known.data_type() == field.data_type());
        if !schema().fields().iter().all(|field| fits(field)) {
            return Err(LakeError::Columns { path: path.to_path_buf() });
        }
        let groups =
            builder.metadata().row_groups().iter().enumerate().filter(|(_, group)| wanted.allows(group)).map(|(index, _)| index).collect();
        let columns = builder.parquet_schema();
        let mask = ProjectionMask::columns(columns, [TIME, Column::Uid.name(), EVENT]);
        let filter = wanted.filter(columns);
        let reader = builder
            .with_row_groups(groups)
            .with_projection(mask)
            .with_row_filter(filter)
            .with_batch_size(READ_ROWS)
            .build()
            .map_err(LakeError::part(path))?;
        Ok(Self { path: path.to_path_buf(), reader, batch: None, row: 0 })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Iterator for PartReader {
    type Item = Result<(EventRef, Vec<u8>), LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|batch| self.row < batch.times.len()) {
                let row = batch.get(self.row);
                self.row += 1;
                return Some(row.ok_or_else(|| LakeError::Columns { path: self.path.clone() }));
            }
            match self.reader.next()? {
                Ok(batch) => {
                    let Some(batch) = Batch::of(&batch) else { return Some(Err(LakeError::Columns { path: self.path.clone() })) };
                    self.batch = Some(batch);
                    self.row = 0;
                }
                Err(error) => return Some(Err(LakeError::part(&self.path)(error.into()))),
            }
        }
    }
}
