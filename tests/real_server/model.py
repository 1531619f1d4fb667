"""A llama model with random weights: its words mean nothing, but its stream is a real one.

The weights are those of a decoder of two narrow layers, in float32. The vocabulary is bytes,
printable ASCII, about a hundred words, and one token each for the beginning and the end of a tool
call, so that a ``logit_bias`` decides how much a model talks and how much it calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

TEMPLATE = Path(__file__).parent / "chat_template.jinja"

WIDTH, HEADS, HIDDEN, LAYERS, CONTEXT = 64, 2, 96, 2, 4096

WORDS = """
the of and a to in is you that it he was for on are as with his they I at be this have from or one
had by word but not what all were we when your can said there use an each which she do how their if
will up other about out many then them these so some her would make like him into time has look two
more write go see number no way could people my than first water been call who its now find long
down day did get come made may part café naïve 日本語 🚀 🇫🇷
""".split()  # noqa: SIM905 - a list of them would take a page


@dataclass
class Token:
    """A token of the vocabulary, and the model's bias for it."""

    text: str
    kind: int
    lean: float


def vocabulary() -> list[Token]:
    control, plain, byte, unknown = (
        int(gguf.TokenType.CONTROL),
        int(gguf.TokenType.NORMAL),
        int(gguf.TokenType.BYTE),
        int(gguf.TokenType.UNKNOWN),
    )
    return [
        Token("<unk>", unknown, -4),
        Token("<s>", control, -4),
        Token("<|im_end|>", control, 0.4),
        Token("<|im_start|>", control, -4),
        Token('<tool_call>\n{"name": "', plain, -3),
        Token("</tool_call>", plain, -3),
        *(Token(f"<0x{number:02X}>", byte, -4) for number in range(256)),
        *(Token(chr(number), plain, -0.3) for number in range(33, 127)),
        Token("\u2581", plain, -0.3),  # sentencepiece's space
        Token("\n", plain, -1.5),
        *(Token(f"\u2581{word}", plain, 0.6) for word in WORDS),
    ]


END, CALL, CALLED = 2, 4, 5
"""The tokens that end an answer, begin a tool call, and end it."""

CALLING = [[CALL, 27], [CALLED, 10], [END, 20]]
"""A ``logit_bias`` with which a model makes one tool call or a few."""


def write_model(path: Path, *, calling: bool = False) -> None:
    """Write the model, always the same, as a GGUF file.

    Args:
        path: The file to write.
        calling: Whether the model calls tools by itself, for an endpoint that ignores a bias.
    """
    tokens = vocabulary()
    random = np.random.default_rng(11)

    def weights(*shape: int, spread: float = 0.15) -> npt.NDArray[np.float32]:
        return random.normal(0, spread, shape).astype(np.float32)

    def ones() -> npt.NDArray[np.float32]:
        return np.ones(WIDTH, dtype=np.float32)

    # Every embedding has the same first coordinate, so the output's first column is the bias.
    embedding = weights(len(tokens), WIDTH, spread=1)
    embedding[:, 0] = 4
    output = weights(len(tokens), WIDTH, spread=0.45)
    output[:, 0] = [token.lean for token in tokens]
    if calling:
        output[[END, CALL], 0] = (2.4, 4)
    # Ends and calls do not depend on the words before, but only on chance and the bias.
    output[[END, CALL], 1:] = 0

    tensors: dict[str, npt.NDArray[np.float32]] = {
        "token_embd.weight": embedding,
        "output_norm.weight": ones(),
        "output.weight": output,
    }
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        for name in ("attn_norm", "ffn_norm"):
            tensors[f"{block}{name}.weight"] = ones()
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            tensors[f"{block}{name}.weight"] = weights(WIDTH, WIDTH)
        for name in ("ffn_gate", "ffn_up"):
            tensors[f"{block}{name}.weight"] = weights(HIDDEN, WIDTH)
        tensors[f"{block}ffn_down.weight"] = weights(WIDTH, HIDDEN)
    _write(path, tokens, tensors)


def _write(path: Path, tokens: list[Token], tensors: dict[str, npt.NDArray[np.float32]]) -> None:
    writer: Any = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_file_type(0)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([token.text for token in tokens])
    writer.add_token_types([token.kind for token in tokens])
    writer.add_token_scores([_score(token) for token in tokens])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE.read_text())
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _score(token: Token) -> float:
    """Return the tokenizer's preference for a token: words before letters before bytes."""
    if token.kind == gguf.TokenType.BYTE:
        return -1000.0
    return -1.0 if len(token.text) > 1 else -10.0
