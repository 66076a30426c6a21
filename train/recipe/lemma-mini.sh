#!/usr/bin/env bash
# The whole recipe of lemma-mini: problems -> vocabulary -> pretraining -> fine-tuning -> rounds of
# fine-tuning that spend their problems where the model still errs -> branches of the last round
# -> export of the mean of their weights -> evaluation.
# Each step is skipped when its result is complete, and a step that was stopped goes on where its
# checkpoint stands, so the script can be stopped and started at will.
#
#   train/recipe/lemma-mini.sh [WORK [MODEL]]     WORK: default build/mini; MODEL: default WORK/model
#
# What it takes can be set: SAMPLES (problems of each family and stage), PRETRAIN_TOKENS,
# SFT_TOKENS, FOCUS_TOKENS (of each round: "14000000 11000000"), BRANCH_TOKENS (of each branch), SEED,
# LEMMA_TRAIN (the program; built where it is missing).
set -euo pipefail
cd "$(dirname "$0")/../.."

work=${1:-build/mini}
model=${2:-$work/model}
seed=${SEED:-1}
train=${LEMMA_TRAIN:-build/release/bin/lemma-train}

if [[ ! -x $train ]]; then
  tools/install-packages build train
  cmake --preset release -DLEMMA_TRAIN=ON --log-level=WARNING
  cmake --build --preset release --target lemma-train
fi

# problems DATA SEED ARGUMENT...: writes a folder of problems unless it stands. Every stage has its
# own: a problem seen twice teaches less than a new one.
problems() {
  [[ -e $work/$1/train.jsonl ]] ||
    "$train" data --out "$work/$1" --samples-per-family "${SAMPLES:-8000}" --seed "$2" "${@:3}"
}

# stage NAME OUT DATA ARGUMENT...: runs a training stage unless OUT/done stands; resumes its
# checkpoint.
stage() {
  local name=$1 out=$work/$2 data=$work/$3
  shift 3
  if [[ -e $out/done ]]; then
    echo "lemma-mini: $name is done ($out)"
    return
  fi
  local resume=()
  [[ -e $out/checkpoint.safetensors ]] && resume=(--resume)
  "$train" "$name" --data "$data" --tokenizer "$work/tokenizer" --out "$out" --seed "$seed" \
    "$@" "${resume[@]}"
  touch "$out/done"
}

# export_mean OUT RUN...: of one run, or the mean of several.
export_mean() {
  local out=$1 runs=()
  for run in "${@:2}"; do runs+=(--run "$work/$run"); done
  "$train" export "${runs[@]}" --tokenizer "$work/tokenizer" --out "$out"
}

# evaluate MODEL DATA NAME SYSTEM COUNT: COUNT held-out problems of each family under that system
# prompt; the table goes to WORK/NAME.md, its figures to WORK/NAME.json.
evaluate() {
  "$train" eval --model "$1" --data "$work/$2/heldout.jsonl" --system "$4" --per-family "$5" \
    --json "$work/$3.json" | tee "$work/$3.md"
}

problems data-pretrain "$seed"
if [[ ! -e $work/tokenizer/tokenizer.json ]]; then
  "$train" tokenizer --data "$work/data-pretrain" --vocab-size 3072 --out "$work/tokenizer"
fi
stage pretrain pretrain data-pretrain --tokens "${PRETRAIN_TOKENS:-12000000}"

profiles=train/recipe/profiles.json
problems data-sft "$((seed + 1))" --unseen "$work/data-pretrain"
stage sft sft data-sft --profiles $profiles --init "$work/pretrain" \
  --tokens "${SFT_TOKENS:-8000000}" --final-rate 0.5

# Rounds of fine-tuning, each on more problems of the families where the round before still errs.
# Only the last one ends with the rate at its lowest.
unseen=(--unseen "$work/data-pretrain" --unseen "$work/data-sft")
evaluate_stage() {
  [[ -e $work/eval-$1.json ]] && return
  export_mean "$work/$1/model" "$1"
  evaluate "$work/$1/model" "data-$1" "eval-$1" profile 50
}
read -ra rounds <<<"${FOCUS_TOKENS:-14000000 11000000 19000000 35000000 26000000}"
before=sft
for i in "${!rounds[@]}"; do
  evaluate_stage $before
  round=focus$((i + 1))
  ((i + 1 < ${#rounds[@]})) && final_rate=0.2 || final_rate=0.02
  problems "data-$round" "$((seed + 2 + i))" --focus "$work/eval-$before.json" "${unseen[@]}"
  stage sft $round "data-$round" --profiles $profiles --init "$work/$before" \
    --tokens "${rounds[i]}" --final-rate "$final_rate"
  unseen+=(--unseen "$work/data-$round")
  before=$round
done

# Two branches of the last round, each on problems of its own: the mean of all three errs less
# than any of them. The last folder has the held-out problems of the final evaluation, which repeat
# nothing of any stage.
evaluate_stage $before
parts=("$before")
for i in 1 2; do
  branch=branch$i
  problems "data-$branch" "$((seed + 100 + i))" --focus "$work/eval-$before.json" "${unseen[@]}"
  stage sft $branch "data-$branch" --profiles $profiles --init "$work/$before" \
    --tokens "${BRANCH_TOKENS:-9000000}" --learning-rate 1e-3
  unseen+=(--unseen "$work/data-$branch")
  parts+=("$branch")
done
export_mean "$model" "${parts[@]}"
evaluate "$model" "data-$branch" eval-profile profile 30
evaluate "$model" "data-$branch" eval-none none 10
evaluate "$model" "data-$branch" eval-wrong wrong 10
