# `make demo` and `make test` are all the set-up there is: each target makes .venv and installs the locked
# dependencies by itself.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
BENCH  := .venv-bench
FUZZ_SECONDS ?= 60
INSTANTS ?= 200

.PHONY: help docs golden demo test lint check bench fuzz torture wheel lock sample clean

help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/'

$(READY): requirements/dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## 合成一个区的数据，跑完一夜，告诉您结果在哪里
	$(BIN)/python -m bishan_survey sample demo --force
	# The sample holds files that cannot be used, on purpose: the night says so with exit code 5 and goes on.
	$(BIN)/python -m bishan_survey nightly demo || test $$? -eq 5

test: $(READY) ## 运行全部测试
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(READY) ## 代码与定义的静态检查
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m bishan_survey design check
	$(BIN)/python docs/generate.py --check

docs: $(READY) ## 由定义和命令重新生成 docs/reference 中的参考页
	$(BIN)/python docs/generate.py

check: lint test ## CI 运行的全部检查

$(BENCH)/.ready: requirements/bench.lock
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install -q --require-hashes -r requirements/bench.lock
	@touch $@

bench: $(READY) $(BENCH)/.ready ## 与同类做法并排计时，打印比值
	$(BIN)/python tests/bench/run.py --pandas-python $(BENCH)/bin/python

fuzz: $(READY) ## 用随机损坏的文件试读一段时间（FUZZ_SECONDS=60），出格的文件留在 fuzz-found/
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

torture: $(READY) ## 在随机的时刻杀掉夜间运行（INSTANTS=200 次），看结果是否总是完整的一套
	$(BIN)/python -m tests.torture --instants $(INSTANTS)

wheel: $(READY) ## 生成安装包 dist/*.whl
	$(BIN)/python -m build -q --wheel --no-isolation

.PHONY: bundle bundle-check
bundle: $(READY) ## 生成没有网的单位用的安装包 dist/*.zip（Windows、Linux；要联网）
	$(BIN)/python bundle/make.py

bundle-check: $(READY) ## 在没有网的空环境里装一次本机的安装包，跑一夜（约两分钟，CI 不运行）
	$(BIN)/python bundle/check.py

lock: ## 重新生成依赖锁定文件（带哈希，不带任何索引地址）
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install -q uv
	.venv-lock/bin/uv pip compile -q pyproject.toml --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra dev -o requirements/dev.lock
	.venv-lock/bin/uv pip compile -q pyproject.toml --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --extra passwords --extra encryption -o requirements/run.lock
	.venv-lock/bin/uv pip compile -q requirements/bench.in --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements/bench.lock
	.venv-lock/bin/uv pip compile -q requirements/old-cpu.in -c requirements/run.lock --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements/old-cpu.lock

golden: $(READY) ## 重新生成 sample_data 中的小样和它的标准结果（改了定义以后）
	$(BIN)/python sample_data/make.py

clean: ## 删除生成物（不动数据）
	rm -rf $(VENV) $(BENCH) .venv-lock build dist demo fuzz-found
