//! A model for the examples: the one that `OPENAI_API_KEY` and `OPENAI_BASE_URL` name, or a small stub of the API.

#![allow(dead_code, reason = "not every example needs everything")]

use std::error::Error;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage,
    CompletionUsage, CreateChatCompletionRequestArgs,
};
use async_openai::types::embeddings::{CreateEmbeddingRequestArgs, EmbeddingUsage};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

pub(crate) const CHAT: &str = "gpt-4o-mini";
pub(crate) const EMBEDDING: &str = "text-embedding-3-small";

#[derive(Clone)]
pub(crate) struct Model(Client<OpenAIConfig>);

impl Model {
    /// The model of the environment, or a stub.
    pub(crate) async fn connect() -> Result<Self, Failure> {
        if std::env::var("OPENAI_API_KEY").is_ok_and(|key| !key.is_empty()) {
            return Ok(Self(Client::new()));
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}/v1", listener.local_addr()?);
        eprintln!("no OPENAI_API_KEY: a stub of the API answers at {base}");
        tokio::spawn(serve(listener));
        Ok(Self(Client::with_config(OpenAIConfig::new().with_api_base(base).with_api_key("stub"))))
    }

    /// One answer, and what it used.
    pub(crate) async fn chat(
        &self,
        system: &str,
        question: &str,
    ) -> Result<(String, Option<CompletionUsage>), Failure> {
        let messages: Vec<ChatCompletionRequestMessage> = vec![
            ChatCompletionRequestSystemMessage::from(system).into(),
            ChatCompletionRequestUserMessage::from(question).into(),
        ];
        let request = CreateChatCompletionRequestArgs::default().model(CHAT).messages(messages).build()?;
        let response = self.0.chat().create(request).await?;
        let text = response.choices.into_iter().next().and_then(|choice| choice.message.content);
        Ok((text.unwrap_or_default(), response.usage))
    }

    /// The vector of a text, and what it used.
    pub(crate) async fn embed(&self, text: &str) -> Result<(Vec<f32>, EmbeddingUsage), Failure> {
        let request = CreateEmbeddingRequestArgs::default().model(EMBEDDING).input(text).build()?;
        let response = self.0.embeddings().create(request).await?;
        let vector = response.data.into_iter().next().map(|data| data.embedding);
        Ok((vector.ok_or("no embedding in the answer")?, response.usage))
    }
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            if let Err(error) = answer(stream).await {
                eprintln!("the stub: {error}");
            }
        });
    }
}

/// Answers one request and closes.
async fn answer(mut stream: TcpStream) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let (path, request) = loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await?;
        bytes.extend_from_slice(&chunk[..count]);
        if let Some(request) = parse(&bytes)? {
            break request;
        }
        if count == 0 {
            return Ok(());
        }
    };
    let body = if path.ends_with("/embeddings") { embedding(&request) } else { completion(&request) }.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}

/// Path and body of a request that has arrived as a whole.
fn parse(bytes: &[u8]) -> Result<Option<(String, Value)>, Failure> {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return Ok(None) };
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let (start, length): (usize, usize) = (head.len() + 4, length.unwrap_or(0));
    let Some(body) = bytes.get(start..start + length) else { return Ok(None) };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok(Some((path, serde_json::from_slice(body)?)))
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Quotes the first sentence of what it was told.
fn completion(request: &Value) -> Value {
    let said = |at: usize| request["messages"][at]["content"].as_str().unwrap_or_default();
    let (system, question) = (said(0), said(1));
    let source = system.rsplit('\n').find(|line| !line.trim().is_empty()).unwrap_or(system);
    let answer =
        format!("{} {}", question.trim_end_matches('?'), "— as the handbook says: ").trim().to_owned() + " " + source;
    let (input, output) = (words(system) + words(question), words(&answer));
    json!({
        "id": "chatcmpl-stub", "object": "chat.completion", "created": 1_795_500_000, "model": request["model"],
        "choices": [{"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
    })
}

/// A bag of hashed words, so that texts with words in common are near.
fn embedding(request: &Value) -> Value {
    let text = request["input"].as_str().unwrap_or_default().to_lowercase();
    let mut vector = vec![0.0_f32; 64];
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3) {
        let hash = word.bytes().take(6).fold(5381_usize, |hash, byte| hash.wrapping_mul(33) ^ usize::from(byte));
        vector[hash % 64] += 1.0;
    }
    json!({
        "object": "list", "model": request["model"],
        "data": [{"object": "embedding", "index": 0, "embedding": vector}],
        "usage": {"prompt_tokens": words(&text), "total_tokens": words(&text)},
    })
}
