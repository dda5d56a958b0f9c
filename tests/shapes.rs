//! Requests and answers of well-known APIs tell their model, parameters and usage by themselves.

use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
    CreateChatCompletionResponse,
};
use observe::testing::captured;
use observe::{Usage, observe};
use serde_json::{Value, json};

/// What a generation with this input and output is known to be: `model {parameters} usage`.
fn recognised(input: &Value, output: &Value) -> String {
    let ((), recorded) = captured(|| observe::generation("call").input(input).output(output).end());
    words(&recorded.observation("call"))
}

fn words(call: &observe::testing::RecordedObservation) -> String {
    let mut usage: Vec<_> = call.usage.iter().map(|(kind, count)| format!("{kind}={count}")).collect();
    usage.sort();
    let parameters = Value::Object(call.model_parameters.clone());
    format!("{} {parameters} {}", call.model.as_deref().unwrap_or("-"), usage.join(" "))
}

#[test]
fn a_client_librarys_own_types_are_enough() {
    #[observe(as_type = "generation")]
    fn chat(request: CreateChatCompletionRequest) -> Result<CreateChatCompletionResponse, String> {
        assert_eq!(request.messages.len(), 1);
        let response = json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_500_000, "model": "gpt-4o-mini-2024-07-18",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150,
                "prompt_tokens_details": {"cached_tokens": 80},
            },
        });
        serde_json::from_value(response).map_err(|error| error.to_string())
    }
    let message = ChatCompletionRequestUserMessage::from("Hi!").into();
    let mut request = CreateChatCompletionRequestArgs::default();
    let request = request.model("gpt-4o-mini").messages(vec![message]).temperature(0.5).max_completion_tokens(100_u32);
    let (response, recorded) = captured(|| chat(request.build().unwrap()));
    assert!(response.is_ok(), "{response:?}");
    assert_eq!(
        words(&recorded.observation("chat")),
        "gpt-4o-mini-2024-07-18 {\"max_completion_tokens\":100,\"temperature\":0.5} \
         input=20 input_cached_tokens=80 output=50 total=150"
    );
}

#[test]
fn every_api_is_known() {
    let nothing = json!(null);
    let cases = [
        (
            "OpenAI, responses",
            json!({"request": {"model": "gpt-4o", "input": "hi", "reasoning": {"effort": "low"}, "max_output_tokens": 9}}),
            json!({
                "object": "response", "model": "gpt-4o-2024-08-06", "output": [],
                "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15},
            }),
            "gpt-4o-2024-08-06 {\"effort\":\"low\",\"max_output_tokens\":9} input=10 output=5 total=15",
        ),
        (
            "OpenAI, embeddings",
            json!({"request": {"model": "text-embedding-3-small", "input": ["a", "b"], "dimensions": 256}}),
            json!({"object": "list", "model": "text-embedding-3-small", "data": [], "usage": {"prompt_tokens": 6, "total_tokens": 6}}),
            "text-embedding-3-small {\"dimensions\":256} input=6 total=6",
        ),
        (
            "OpenRouter, which says the model of another",
            nothing.clone(),
            json!({"model": "meta/llama-3", "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "cost": 0.5}}),
            "meta/llama-3 {} input=1 output=2 total=3",
        ),
        (
            "Anthropic",
            json!({"body": {"model": "claude-sonnet-4", "max_tokens": 1024, "messages": [], "stop_sequences": ["END"]}}),
            json!({
                "type": "message", "role": "assistant", "model": "claude-sonnet-4-20250514", "content": [],
                "usage": {"input_tokens": 20, "output_tokens": 50, "cache_read_input_tokens": 80},
            }),
            "claude-sonnet-4-20250514 {\"max_tokens\":1024,\"stop_sequences\":[\"END\"]} \
             cache_read_input_tokens=80 input=20 output=50 total=150",
        ),
        (
            "Gemini",
            json!({"model": "gemini-2.5-flash", "request": {"contents": [], "generationConfig": {"temperature": 1.0, "topK": 40}}}),
            json!({
                "candidates": [], "modelVersion": "gemini-2.5-flash",
                "usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": 4, "totalTokenCount": 12},
            }),
            "gemini-2.5-flash {\"temperature\":1.0,\"topK\":40} input=8 output=4 total=12",
        ),
        (
            "Bedrock, converse",
            json!({"input": {"modelId": "anthropic.claude-3", "messages": [], "inferenceConfig": {"maxTokens": 512}}}),
            json!({
                "output": {"message": {"role": "assistant", "content": []}}, "stopReason": "end_turn",
                "usage": {"inputTokens": 30, "outputTokens": 10, "totalTokens": 40},
            }),
            "anthropic.claude-3 {\"maxTokens\":512} input=30 output=10 total=40",
        ),
        (
            "Ollama",
            json!({"request": {"model": "llama3.2", "messages": [], "stream": false, "options": {"num_ctx": 4096}}}),
            json!({
                "model": "llama3.2", "created_at": "2026-11-25T10:00:00Z", "message": {}, "done": true,
                "total_duration": 4_883_583_458_u64, "prompt_eval_count": 26, "eval_count": 298,
            }),
            "llama3.2 {\"stream\":false,\"num_ctx\":4096} input=26 output=298 total=324",
        ),
        (
            "OpenAI, a stream of pieces",
            nothing.clone(),
            json!([
                {"object": "chat.completion.chunk", "model": "gpt-4o", "choices": [{"delta": {"content": "a"}}], "usage": null},
                {"object": "chat.completion.chunk", "model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}},
            ]),
            "gpt-4o {} input=7 output=3 total=10",
        ),
        (
            "Anthropic, a stream of events",
            nothing.clone(),
            json!([
                {"type": "message_start", "message": {
                    "type": "message", "model": "claude-sonnet-4", "content": [], "usage": {"input_tokens": 25, "output_tokens": 1},
                }},
                {"type": "content_block_delta", "delta": {"text": "Hello"}},
                {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 15}},
            ]),
            "claude-sonnet-4 {} input=25 output=15 total=40",
        ),
        (
            "OpenAI, responses, a stream of events",
            nothing.clone(),
            json!([
                {"type": "response.output_text.delta", "delta": "Hello"},
                {"type": "response.completed", "response": {
                    "object": "response", "model": "gpt-4o", "usage": {"input_tokens": 10, "output_tokens": 5},
                }},
            ]),
            "gpt-4o {} input=10 output=5 total=15",
        ),
        (
            "arguments that are the request themselves",
            json!({"model": "gpt-4o", "prompt": "hi", "temperature": 0, "retries": 3}),
            json!("hello"),
            "gpt-4o {\"temperature\":0} ",
        ),
        (
            "what only looks a little like it",
            json!({"model": "car", "doors": 5}),
            json!({"model": "car", "usage": {"km": 9}}),
            "- {} ",
        ),
        ("no JSON object", json!("\"model\""), json!(["usage", 1, null]), "- {} "),
    ];
    for (who, input, output, expected) in cases {
        let got = recognised(&input, &output);
        let (got, expected) = (sorted(&got), sorted(expected));
        assert_eq!(got, expected, "{who}");
    }
}

/// Parameters in whatever order.
fn sorted(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text.split([' ', ',', '{', '}']).map(str::to_owned).collect();
    words.sort();
    words
}

#[test]
fn what_the_user_set_stands() {
    let answer = json!({
        "object": "chat.completion", "model": "gpt-4o-2024-08-06", "choices": [],
        "usage": {"prompt_tokens": 100, "completion_tokens": 50, "cost": 0.5},
    });
    let request = json!({"request": {"model": "gpt-4o", "messages": [], "temperature": 0.5}});
    let ((), recorded) = captured(|| {
        let call = observe::generation("said").input(&request).output(&answer);
        call.model("mine").model_parameter("temperature", 0).usage(Usage::tokens(1, 2)).cost("total", 0.25).end();
        observe::span("no call of a model").input(&request).output(&answer).end();
        observe::generation("nothing said").input(&request).output(&answer).end();
    });
    let said = recorded.observation("said");
    assert_eq!(words(&said), "mine {\"temperature\":0} input=1 output=2 total=3");
    assert_eq!(said.cost, [("total".to_owned(), 0.25)]);
    assert_eq!(words(&recorded.observation("no call of a model")), "- {} ");
    assert_eq!(recorded.observation("nothing said").cost, [("total".to_owned(), 0.5)]);
}
