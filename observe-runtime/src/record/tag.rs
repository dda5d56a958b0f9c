//! What a field of a record holds.

/// What a field holds. "captured" values give way to those that a user set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Tag {
    /// Text.
    Name = 1,
    /// JSON, captured.
    Input = 2,
    /// JSON, captured.
    Output = 3,
    /// JSON, set by the user.
    SetInput = 4,
    /// JSON, set by the user.
    SetOutput = 5,
    /// A pair: key and JSON.
    Metadata = 6,
    /// One byte: [`crate::observation::Level`].
    Level = 7,
    /// Text, set by the user.
    Status = 8,
    /// Text of the error or the reason of the outcome.
    Fault = 9,
    /// Text.
    Version = 10,
    /// Text.
    Model = 11,
    /// A pair: key and JSON.
    ModelParameter = 12,
    /// JSON object of a provider's usage, in its own spelling.
    Usage = 13,
    /// A pair: key and JSON number, in USD.
    Cost = 14,
    /// u64: when the first piece of the answer came.
    CompletionStart = 15,
    /// A pair: name and the version as 8 bytes (i64).
    Prompt = 16,
    /// One byte: [`ObservationType`].
    Type = 17,
    /// u64: start set by the user.
    Start = 18,
    /// Line (4), then a pair of function and file: the place in the source, where no number says it.
    Site = 19,
    /// Text.
    UserId = 32,
    /// Text.
    SessionId = 33,
    /// Text, once a tag.
    TraceLabel = 34,
    /// A pair: key and JSON.
    TraceMetadata = 35,
    /// Text.
    TraceName = 36,
    /// Text.
    TraceVersion = 37,
    /// Text.
    Release = 38,
    /// One byte: 0 or 1.
    Public = 39,
    /// Text.
    Environment = 40,
    /// JSON: the trace's input, put on its root.
    TraceInput = 41,
    /// JSON: the trace's output, put on its root.
    TraceOutput = 42,
    /// A pair: key and text of an attribute of a process.
    Attribute = 48,
    /// Text.
    ScoreId = 64,
    /// Text.
    ScoreName = 65,
    /// f64 bits.
    ScoreNumber = 66,
    /// Text.
    ScoreText = 67,
    /// One byte: [`crate::score::DataType`].
    ScoreType = 68,
    /// Text.
    ScoreComment = 69,
    /// A pair: key and JSON.
    ScoreMetadata = 70,
    /// Text.
    ScoreConfig = 71,
    /// Text: the session the score is for, instead of a trace.
    ScoreSession = 72,
    /// u64: when the score was given, if the user says so.
    ScoreTime = 73,
}

impl Tag {
    pub(crate) fn from_u8(byte: u8) -> Option<Self> {
        use Tag::*;
        const ALL: &[Tag] = &[
            Name,
            Input,
            Output,
            SetInput,
            SetOutput,
            Metadata,
            Level,
            Status,
            Fault,
            Version,
            Model,
            ModelParameter,
            Usage,
            Cost,
            CompletionStart,
            Prompt,
            Type,
            Start,
            Site,
            UserId,
            SessionId,
            TraceLabel,
            TraceMetadata,
            TraceName,
            TraceVersion,
            Release,
            Public,
            Environment,
            TraceInput,
            TraceOutput,
            Attribute,
            ScoreId,
            ScoreName,
            ScoreNumber,
            ScoreText,
            ScoreType,
            ScoreComment,
            ScoreMetadata,
            ScoreConfig,
            ScoreSession,
            ScoreTime,
        ];
        const TABLE: [Option<Tag>; 128] = {
            let mut table = [None; 128];
            let mut at = 0;
            while at < ALL.len() {
                table[ALL[at] as usize] = Some(ALL[at]);
                at += 1;
            }
            table
        };
        TABLE.get(usize::from(byte)).copied().flatten()
    }
}
