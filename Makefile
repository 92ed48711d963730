# outpost: plain make, no configure. `make help` lists the targets.
#
#   O=DIR          where everything is built (default: build)
#   PREFIX=DIR     where install puts it (default: /usr/local), DESTDIR for packagers

VERSION   := 0.1.0
PREFIX    ?= /usr/local
O         ?= build
CC        ?= cc
PKG       := ncursesw libcurl libsecret-1 gmime-3.0 libxml-2.0 jansson openssl sqlite3 \
             libcares expat libpsl
WERROR    ?=

PACKAGES  := build-essential pkg-config libncurses-dev libcurl4-openssl-dev libsecret-1-dev \
             libiniparser-dev libgmime-3.0-dev libjansson-dev libssl-dev libsqlite3-dev \
             libcsv-dev libxml2-dev libc-ares-dev libexpat1-dev libpsl-dev
TEST_PACKAGES := libcmocka-dev python3 tmux postfix sasl2-bin libsasl2-modules openssl dbus \
             gnome-keyring libsecret-tools msmtp msmtp-mta- git curl valgrind mandoc iproute2 \
             procps util-linux locales-all microsocks tinyproxy-bin mutt s-nail neomutt \
             git-email libmailtools-perl bsd-mailx nmh bindfs strace libauthen-sasl-perl \
             libio-socket-ssl-perl libnet-ssleay-perl aerc alpine swaks sendemail emacs-nox
# What applications are tried with: interpreters, and the libraries that read their settings or send.
TEST_PACKAGES += php-cli libphp-phpmailer php-symfony-mailer php-symfony-dotenv \
             php-vlucas-phpdotenv python3-yaml python3-django python3-flask-mail python3-dotenv \
             ruby-mail ruby-dotenv

WARN      := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla \
             -Wwrite-strings -Wpointer-arith -Wundef $(WERROR)
HARDEN    := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fstack-clash-protection
OPT       ?= -O2 -g $(HARDEN)
CPPFLAGS_ := -D_GNU_SOURCE -DOUTPOST_VERSION='"$(VERSION)"' -Isrc -Itui -I$(O)/gen $(CPPFLAGS)
# Asked for once and only when something is compiled: make install-deps must work without.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKG) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
# Small libraries go into the program where the system has them as archives: one file to copy,
# less to load. GMime and libsecret are loaded when needed (src/port/late.h).
in_program = $(foreach l,$(1),$(if $(filter /%,$(shell $(CC) -print-file-name=lib$(l).a)),-l:lib$(l).a,-l$(l)))
APP_LIBS   = $(eval APP_LIBS := $$(call in_program,ncursesw tinfo jansson iniparser sqlite3 csv cares expat) \
             $$(shell pkg-config --libs libcurl openssl libpsl) -lm)$(APP_LIBS)
PKG_LIBS   = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKG)) -liniparser -lcsv)$(PKG_LIBS)
CFLAGS_    = -std=c11 -pthread $(WARN) $(OPT) $(CPPFLAGS_) $(PKG_CFLAGS) $(CFLAGS)
# Relative relocations take a tenth of the room packed: most of the tables are pointers.
PACK_RELOC := $(shell $(CC) -Wl,--help 2>/dev/null | grep -q pack-relative-relocs && \
                echo -Wl,-z,pack-relative-relocs)
LDFLAGS_   = $(PACK_RELOC) -pthread -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SAN) $(LDFLAGS)
SAN       ?=

LIB_SRC   := $(wildcard src/base/*.c src/port/*.c src/mail/*.c src/task/*.c src/task/*/*.c tui/widget/*.c tui/screen/*.c)
CLI_SRC   := $(wildcard src/cli/*.c)
UNIT_SRC  := $(wildcard tests/unit/*.c)
PROVIDERS := $(wildcard providers/*.ini)
LATE      := $(wildcard src/*/*.calls)
LATE_GEN  := $(foreach l,$(LATE),$(O)/gen/late_$(basename $(notdir $(l))))
LIB_OBJ   := $(LIB_SRC:%.c=$(O)/%.o) $(O)/gen/providers.o $(O)/gen/replies.o $(O)/gen/exports.o $(LATE_GEN:%=%.o)
CLI_OBJ   := $(CLI_SRC:%.c=$(O)/%.o)
UNIT_BIN  := $(UNIT_SRC:tests/unit/%.c=$(O)/tests/%)
FUZZ_SRC  := $(wildcard tests/fuzz/fuzz_*.c)
REPLAYS   := $(FUZZ_SRC:tests/fuzz/%.c=$(O)/tests/%)
DRIVERS   := $(patsubst tests/lib/%.c,$(O)/tests/%,$(wildcard tests/lib/*.c))
BENCHES   := $(patsubst tests/bench/%.c,$(O)/tests/%,$(wildcard tests/bench/*.c))
FUZZERS   := $(FUZZ_SRC:tests/fuzz/%.c=$(O)/fuzzers/%)
# What the compilers of tables are made of: they run before the tables exist.
TABLE_SRC := src/tool/c_text.c src/port/ini.c src/port/ini_report.c src/base/err.c \
             src/base/text.c src/base/buf.c src/base/file.c
TOOL_SRC  := src/tool/mkproviders.c src/mail/provider_file.c src/mail/provider_keys.c \
             src/mail/provider_names.c src/mail/provider_template.c src/mail/country.c \
             $(TABLE_SRC)
TOOL_OBJ  := $(TOOL_SRC:%.c=$(O)/%.o)
REPLY_SRC := src/tool/mkreplies.c src/mail/explain_file.c src/mail/explain_rule.c $(TABLE_SRC)
REPLY_OBJ := $(REPLY_SRC:%.c=$(O)/%.o)
EXPORTS   := $(wildcard data/export/*.tmpl)
EXPORT_SRC := src/tool/mkexports.c src/task/export/format.c src/task/export/names.c \
             src/task/export/quote.c src/base/template.c $(TABLE_SRC)
EXPORT_OBJ := $(EXPORT_SRC:%.c=$(O)/%.o)

# V=1 shows the commands.
ifndef V
say = @echo "  $(1) $@"
Q   := @
endif

all: $(O)/outpost
	@:

$(O)/outpost: $(CLI_OBJ) $(O)/liboutpost.a
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_) -o $@ $(CLI_OBJ) $(O)/liboutpost.a $(APP_LIBS)

$(O)/liboutpost.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcs $@ $(LIB_OBJ)

$(O)/%.o: %.c | $(LATE_GEN:%=%.h)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS_) $(SAN) -MMD -MP -c -o $@ $<

$(O)/gen/%.o: $(O)/gen/%.c
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS_) $(SAN) -MMD -MP -c -o $@ $<

# late_rule h|c LIST
define late_rule
$(O)/gen/late_$(basename $(notdir $(2))).$(1): $(2) src/tool/late.sh
	@mkdir -p $$(@D)
	$$(call say,GEN)
	$$(Q)src/tool/late.sh $(1) $(2) > $$@
endef
$(foreach l,$(LATE),$(eval $(call late_rule,h,$(l)))$(eval $(call late_rule,c,$(l))))
$(LATE_GEN:%=%.o): $(O)/gen/%.o: $(O)/gen/%.h

$(O)/gen/providers.c: $(O)/mkproviders $(PROVIDERS)
	@mkdir -p $(@D)
	$(call say,GEN)
	$(Q)$(O)/mkproviders $@ $(PROVIDERS)

$(O)/gen/replies.c: $(O)/mkreplies data/replies.ini
	@mkdir -p $(@D)
	$(call say,GEN)
	$(Q)$(O)/mkreplies $@ data/replies.ini

$(O)/gen/exports.c: $(O)/mkexports $(EXPORTS)
	@mkdir -p $(@D)
	$(call say,GEN)
	$(Q)$(O)/mkexports $@ $(EXPORTS)

$(O)/mkexports: $(EXPORT_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_) -o $@ $(EXPORT_OBJ) -liniparser

$(O)/mkproviders: $(TOOL_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_) -o $@ $(TOOL_OBJ) -liniparser

$(O)/mkreplies: $(REPLY_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_) -o $@ $(REPLY_OBJ) -liniparser

$(O)/tests/%: $(O)/tests/unit/%.o $(O)/liboutpost.a
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_) -o $@ $< $(O)/liboutpost.a $(PKG_LIBS) -lcmocka

$(O)/tests/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS_) $(SAN) -Itests/unit -MMD -MP -c -o $@ $<

# A fuzz target with the files of its corpus, for any compiler; and with libFuzzer, for clang.
$(REPLAYS): $(O)/tests/%: $(O)/tests/fuzz/%.o $(O)/tests/fuzz/replay.o $(O)/liboutpost.a
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_) -o $@ $^ $(PKG_LIBS)

$(FUZZERS): $(O)/fuzzers/%: $(O)/tests/fuzz/%.o $(O)/liboutpost.a
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(LDFLAGS_) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)

fuzzers: $(FUZZERS)

# What script tests and the bench call: one thing by itself, a file each.
$(DRIVERS): $(O)/tests/%: tests/lib/%.c $(O)/liboutpost.a
$(BENCHES): $(O)/tests/%: tests/bench/%.c $(O)/liboutpost.a
$(DRIVERS) $(BENCHES):
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS_) $(SAN) $(LDFLAGS_) -o $@ $< $(O)/liboutpost.a $(PKG_LIBS)

unit: $(UNIT_BIN) $(REPLAYS) $(DRIVERS)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(TOOL_OBJ:.o=.d) $(REPLY_OBJ:.o=.d) $(EXPORT_OBJ:.o=.d) $(UNIT_BIN:$(O)/tests/%=$(O)/tests/unit/%.d) \
	$(REPLAYS:$(O)/tests/%=$(O)/tests/fuzz/%.d) $(O)/tests/fuzz/replay.d
.SECONDARY: $(UNIT_SRC:%.c=$(O)/%.o) $(FUZZ_SRC:%.c=$(O)/%.o)

# ---- the jobs a person calls ----

demo: deps
	@$(MAKE) --no-print-directory -j2 all
	@$(O)/outpost demo

# A fresh Debian 12 has neither compiler nor libraries: deps fetches them as
# root or through sudo, and otherwise prints the one command.
deps:
	@src/tool/need.sh $(PACKAGES)

test-deps:
	@src/tool/need.sh $(PACKAGES) $(TEST_PACKAGES)

check: test-deps
	@$(MAKE) --no-print-directory -j2 WERROR=-Werror all unit
	@$(MAKE) --no-print-directory -j2 WERROR=-Werror asan
	@O=$(O) tests/run.sh

ASAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
asan:
	@$(MAKE) --no-print-directory O=$(O)/asan OPT='-O1 -g' SAN='$(ASAN_FLAGS)' all unit

# Looks for new inputs that break a target, SECONDS for each of them.
SECONDS   ?= 60
FUZZ_FLAGS := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined
fuzz:
	@src/tool/need.sh $(PACKAGES) clang
	@$(MAKE) --no-print-directory -j2 O=$(O)/fuzz CC=clang OPT='-O1 -g' SAN='$(FUZZ_FLAGS)' fuzzers
	@O=$(O)/fuzz SECONDS=$(SECONDS) tests/fuzz/run.sh

# Two compilers and a checker see more than one. clang-format is no judge here: it takes tables
# and sentences apart. cppcheck takes any out parameter for one that must have been filled before.
lint:
	@src/tool/need.sh $(PACKAGES) clang cppcheck
	@tests/layers.sh
	@tests/style.sh
	@$(MAKE) --no-print-directory -s -j2 O=$(O)/lint CC=clang OPT=-O1 WERROR=-Werror all say='@:'
	@echo "ok 1 - clang"
	@cppcheck --quiet --std=c11 --enable=warning,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingIncludeSystem --suppress=ctuuninitvar -D_GNU_SOURCE -Isrc -Itui src tui
	@echo "ok 1 - cppcheck"

# -O0, or lines that were merged would count as not reached.
cov: test-deps
	@$(MAKE) --no-print-directory -j2 O=$(O)/cov OPT='-O0 -g --coverage' LDFLAGS=--coverage all unit
	@find $(O)/cov -name '*.gcda' -delete
	@O=$(O)/cov tests/run.sh --one-build; O=$(O)/cov tests/cov.sh

bench: test-deps
	@$(MAKE) --no-print-directory -j2 all $(BENCHES)
	@O=$(O) tests/bench.sh

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(O)/outpost $(DESTDIR)$(PREFIX)/bin/outpost
	$(O)/outpost help --man > $(O)/outpost.1
	install -m 644 $(O)/outpost.1 $(DESTDIR)$(PREFIX)/share/man/man1/outpost.1
	$(O)/outpost help --completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/outpost
	$(O)/outpost help --completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_outpost
	$(O)/outpost help --completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/outpost.fish

compile_commands.json:
	@src/tool/need.sh $(PACKAGES) libcmocka-dev bear
	bear -- $(MAKE) --no-print-directory -B -j2 all unit

clean:
	rm -rf $(O)

help:
	@echo "make            build $(O)/outpost"
	@echo "make demo       install what is missing, build, and try it with the sandbox"
	@echo "make check      install what tests need and run every test"
	@echo "make install    PREFIX=$(PREFIX) DESTDIR="
	@echo "make asan | fuzz SECONDS=60 | lint | cov | bench | clean | compile_commands.json"

.PHONY: all unit demo deps test-deps check asan fuzz fuzzers lint cov bench install clean help compile_commands.json
.DELETE_ON_ERROR:
