#!/usr/bin/env bash
# The whole recipe of lemma-mini: problems -> vocabulary -> pretraining -> fine-tuning -> export ->
# evaluation. Each step is skipped when its result is complete, and a step that was stopped goes on
# where its checkpoint stands, so the script can be stopped and started at will.
#
#   train/recipe/lemma-mini.sh [WORK [MODEL]]     WORK: default build/mini; MODEL: default WORK/model
#
# What it takes can be set: SAMPLES (problems of each family), PRETRAIN_MINUTES, SFT_MINUTES, SEED,
# LEMMA_TRAIN (the program).
set -euo pipefail
cd "$(dirname "$0")/../.."

work=${1:-build/mini}
model=${2:-$work/model}
seed=${SEED:-1}
train=${LEMMA_TRAIN:-build/release/bin/lemma-train}

if [[ ! -x $train ]]; then
  echo "lemma-mini: $train is not there; build it (target lemma-train) or set LEMMA_TRAIN" >&2
  exit 1
fi

# stage NAME OUT ARGUMENT...: runs a training stage unless OUT/done stands; resumes its checkpoint.
stage() {
  local name=$1 out=$2
  shift 2
  if [[ -e $out/done ]]; then
    echo "lemma-mini: $name is done ($out)"
    return
  fi
  local resume=()
  [[ -e $out/checkpoint.safetensors ]] && resume=(--resume)
  "$train" "$name" --data "$work/data" --tokenizer "$work/tokenizer" --out "$out" --seed "$seed" \
    "$@" "${resume[@]}"
  touch "$out/done"
}

if [[ ! -e $work/data/train.jsonl ]]; then
  "$train" data --out "$work/data" --samples-per-family "${SAMPLES:-4000}" --seed "$seed"
fi
if [[ ! -e $work/tokenizer/tokenizer.json ]]; then
  "$train" tokenizer --data "$work/data" --vocab-size 3072 --out "$work/tokenizer"
fi
stage pretrain "$work/pretrain" --minutes "${PRETRAIN_MINUTES:-60}"
stage sft "$work/sft" --profiles train/recipe/profiles.json --init "$work/pretrain" \
  --minutes "${SFT_MINUTES:-60}"
"$train" export --run "$work/sft" --tokenizer "$work/tokenizer" --out "$model"

# evaluate SYSTEM COUNT: COUNT problems of each family under that system prompt; the table goes to
# WORK/eval-SYSTEM.md, its figures to WORK/eval-SYSTEM.json.
evaluate() {
  "$train" eval --model "$model" --data "$work/data/heldout.jsonl" --system "$1" \
    --per-family "$2" --json "$work/eval-$1.json" | tee "$work/eval-$1.md"
}
evaluate profile 20
evaluate none 5
evaluate wrong 5
