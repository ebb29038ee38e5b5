# SPDX-License-Identifier: Apache-2.0
"""Tokenisers of every kind that Equipoise reads, trained by the `tokenizers` package on sentences of many scripts."""

from tokenizer_strings import SENTENCES
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

N, P, R = normalizers, pre_tokenizers, processors
# The regular expressions of CLIP, and of models after GPT-4.
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
LATER = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
         r"|\s+(?!\S)|\s+")


def trained(tokenizer, trainer, size, **settings):
    tokenizer.train_from_iterator(SENTENCES * 4, trainer(vocab_size=size, show_progress=False, **settings))
    return tokenizer


def bert(size, cased):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = N.BertNormalizer(lowercase=not cased)
    tokenizer.pre_tokenizer = P.BertPreTokenizer()
    trained(tokenizer, trainers.WordPieceTrainer, size, limit_alphabet=size // 3,
            special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.post_processor = (
        R.BertProcessing(("[SEP]", 3), ("[CLS]", 2)) if cased else R.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]))
    return tokenizer


def byte_level(size, special, prefix=False, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    tokenizer.pre_tokenizer = P.ByteLevel(add_prefix_space=prefix)
    suffix = {"end_of_word_suffix": model["end_of_word_suffix"]} if "end_of_word_suffix" in model else {}
    return trained(tokenizer, trainers.BpeTrainer, size, initial_alphabet=sorted(P.ByteLevel.alphabet()),
                   special_tokens=special, **suffix)


def gpt2(size):
    tokenizer = byte_level(size, ["<|endoftext|>"])
    tokenizer.post_processor = R.ByteLevel(trim_offsets=False)
    return tokenizer


def roberta(size):
    tokenizer = byte_level(size, ["<s>", "<pad>", "</s>", "<unk>"], prefix=True)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.post_processor = R.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer


def clip(size):
    tokenizer = byte_level(size, ["<|startoftext|>", "<|endoftext|>"], unk_token="<|endoftext|>",
                           end_of_word_suffix="</w>", continuing_subword_prefix="")
    tokenizer.normalizer = N.Sequence([N.NFC(), N.Replace(Regex(r"\s+"), " "), N.Lowercase()])
    tokenizer.pre_tokenizer = P.Sequence(
        [P.Split(Regex(CLIP), "removed", invert=True), P.ByteLevel(add_prefix_space=False)])
    tokenizer.post_processor = R.RobertaProcessing(("<|endoftext|>", 1), ("<|startoftext|>", 0))
    return tokenizer


def later(size):
    tokenizer = byte_level(size, ["<|begin_of_text|>"], ignore_merges=True)
    tokenizer.pre_tokenizer = P.Sequence(
        [P.Split(Regex(LATER), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.post_processor = R.Sequence([
        R.ByteLevel(), R.TemplateProcessing(single="<|begin_of_text|> $A", special_tokens=[("<|begin_of_text|>", 0)])])
    return tokenizer


def unigram(size):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = P.Metaspace()
    tokenizer.normalizer = N.Sequence([N.Nmt(), N.NFKC(), N.Replace(Regex(" {2,}"), " ")])
    return trained(tokenizer, trainers.UnigramTrainer, size, unk_token="<unk>",
                   special_tokens=["<s>", "<pad>", "</s>", "<unk>"])


def t5(size):
    tokenizer = unigram(size)
    tokenizer.post_processor = R.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 2)])
    return tokenizer


def xlmr(size):
    """The same pieces between other splits, without a normal form."""
    tokenizer = unigram(size)
    tokenizer.normalizer = N.NFC()
    tokenizer.pre_tokenizer = P.Sequence([P.WhitespaceSplit(), P.Metaspace(prepend_scheme="first")])
    tokenizer.post_processor = R.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer


def llama(size):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")])
    trained(tokenizer, trainers.BpeTrainer, size, limit_alphabet=120,
            special_tokens=["<unk>", "<s>", "</s>"] + ["<0x%02X>" % byte for byte in range(256)])
    tokenizer.post_processor = R.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return tokenizer


def words(size):
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.normalizer = N.Sequence([N.NFKD(), N.StripAccents(), N.Strip()])
    tokenizer.pre_tokenizer = P.Sequence([P.Whitespace(), P.Digits(True), P.Punctuation("contiguous")])
    trained(tokenizer, trainers.WordLevelTrainer, size, special_tokens=["[UNK]", "[PAD]"])
    tokenizer.add_tokens([
        AddedToken("hello", single_word=True), AddedToken("É", normalized=True),
        AddedToken("fox", lstrip=True, rstrip=True), AddedToken("'ll", rstrip=True, normalized=False)])
    return tokenizer


# A tokeniser by kind, of the size for the tests' golden numbers or of one for the comparison.
KINDS = {
    "bert-cased": lambda small: bert(450 if small else 9000, True),
    "bert-uncased": lambda small: bert(450 if small else 9000, False),
    "gpt2": lambda small: gpt2(450 if small else 2000), "roberta": lambda small: roberta(450 if small else 2000),
    "clip": lambda small: clip(450 if small else 2000), "gpt4": lambda small: later(450 if small else 2000),
    "t5": lambda small: t5(650 if small else 900), "xlmr": lambda small: xlmr(650 if small else 900),
    "llama": lambda small: llama(500 if small else 2000), "words": lambda small: words(300 if small else 2000)}
