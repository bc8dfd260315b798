"""The settings of a training: every real key or click gives one right configuration, or a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from ddpm_studio.datasets.catalogue import CATALOGUE
from ddpm_studio.datasets.importing.import_choices import ImportChoices
from ddpm_studio.datasets.importing.importer import import_data
from ddpm_studio.networks.configuration import UNetConfiguration, class_count
from ddpm_studio.session.devices import Device
from ddpm_studio.training.configuration import TrainingConfiguration
from ddpm_studio.training.presets import PRESETS, preset
from ddpm_studio.ui.theme import DARK, LIGHT
from ddpm_studio.ui.training import field_text
from ddpm_studio.ui.training.training_form import TrainingForm

LEFT = Qt.MouseButton.LeftButton
NOT_FIELDS = {"name", "variance", "clip", "learning_rate_steps", "network"}
TRAINABLE = [each for each in PRESETS if each.data_set in {entry.name for entry in CATALOGUE}]


@pytest.fixture
def form(qtbot: QtBot) -> TrainingForm:
    form = TrainingForm(DARK)
    qtbot.addWidget(form)
    form.resize(288, 560)
    with qtbot.waitExposed(form):
        form.show()
    form.activateWindow()
    return form


def type_into(qtbot: QtBot, field: QLineEdit, text: str, *, ends: bool = True) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    if ends:
        qtbot.keyClick(field, Qt.Key.Key_Return)


def choose(qtbot: QtBot, box: QComboBox, key: str) -> None:
    """Walk through the list by keyboard."""
    box.setFocus()
    while box.currentData() != key:
        down = box.findData(key) > box.currentIndex()
        qtbot.keyClick(box, Qt.Key.Key_Down if down else Qt.Key.Key_Up)


@pytest.mark.parametrize("wanted", TRAINABLE, ids=lambda each: each.name)
def test_every_preset_is_what_it_says(
    qtbot: QtBot, form: TrainingForm, wanted: TrainingConfiguration
) -> None:
    choose(qtbot, form.preset, wanted.name)
    assert form.configuration() == replace(wanted, name=wanted.data_set)
    assert form.preset.currentData() == wanted.name
    assert form.problem == ""


def test_every_field_of_a_training_is_there_and_says_what_it_does(form: TrainingForm) -> None:
    of_training = {field.name for field in fields(TrainingConfiguration)} - NOT_FIELDS
    texts = field_text.field_texts()
    assert of_training <= texts.keys()
    for label, tool_tip in texts.values():
        assert label
        assert len(tool_tip) > 30
        assert tool_tip.endswith(".")


def test_compiling_is_offered_where_a_cuda_device_is_chosen_alone(
    qtbot: QtBot, form: TrainingForm
) -> None:
    form.more.setChecked(True)
    box, cpu = form.fields.compile, Device("cpu", "CPU · one")
    assert not box.isVisible()  # while the devices are not known
    form.show_devices((cpu,), "cpu")
    assert not box.isVisible()
    form.show_devices((Device("cuda:0", "CUDA · one"), cpu), "cuda:0")
    choose(qtbot, form.device, "cuda:0")
    assert box.isVisible()
    before = form.configuration()
    assert before is not None
    assert not before.compile  # never by itself
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    assert form.configuration() == replace(before, compile=True)
    choose(qtbot, form.device, "cpu")
    assert not box.isVisible()
    assert form.configuration() == before


def test_a_network_is_given_the_class_where_the_data_have_labels(
    qtbot: QtBot, form: TrainingForm, speak: Callable[[str], None]
) -> None:
    box = form.fields.classes
    assert not box.isVisible()  # points have none
    choose(qtbot, form.preset, "digits")
    before = form.configuration()
    assert before is not None
    assert box.isVisible()
    assert box.isEnabled()
    assert not box.isChecked()
    assert "10" in box.text()
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    conditional = replace(before, network=replace(before.network, classes=10))
    assert form.configuration() == conditional
    assert form.preset.currentData() == ""
    english = box.text()
    speak("ko")
    assert box.text() != english
    form.show_configuration(before)
    assert not box.isChecked()
    form.show_configuration(conditional)
    assert form.configuration() == conditional
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    assert form.configuration() == before


def test_images_without_labels_say_why_their_class_cannot_be_given(
    qtbot: QtBot, form: TrainingForm, tmp_path: Path
) -> None:
    import_images(tmp_path, "1 pairs", labels=np.arange(30) % 2)
    import_images(tmp_path, "2 threes", labels=np.arange(30) % 3)
    import_images(tmp_path, "3 bare")
    form.show_data_sets()
    choose(qtbot, form.data_set, "1 pairs")
    box = form.fields.classes
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    for name, classes in (("1 pairs", 2), ("2 threes", 3)):  # settings of one's own stay
        choose(qtbot, form.data_set, name)
        configuration = form.configuration()
        assert configuration is not None
        assert class_count(configuration.network) == classes
    choose(qtbot, form.data_set, "3 bare")
    assert box.isVisible()
    assert not box.isEnabled()
    assert not box.isChecked()
    assert box.text() == "the class: no labels"
    assert "sub-folders" in box.toolTip()
    configuration = form.configuration()
    assert configuration is not None
    assert class_count(configuration.network) is None
    assert form.problem == ""


def test_the_classes_of_a_run_are_shown_whatever_data_are_here(form: TrainingForm) -> None:
    watched = preset("cifar10")
    form.show_configuration(watched)
    assert not form.fields.classes.isEnabled()  # they have to be downloaded first
    assert form.fields.classes.text() == "the class"
    form.show_configuration(replace(watched, network=replace(watched.network, classes=10)))
    assert form.fields.classes.isChecked()


def import_images(folder: Path, name: str, **more: np.ndarray) -> None:
    images = np.zeros((30, 8, 8), np.uint8)
    images[:, 0, 0] = np.arange(30)
    np.savez(folder / f"{name}.npz", images=images, **more)
    for _ in import_data(folder / f"{name}.npz", ImportChoices(name)):
        pass


NUMBERS = [
    ("steps", "500", 500),
    ("batch_size", "64", 64),
    ("learning_rate", "1e-4", 1e-4),
    ("seed", "7", 7),
    ("warm_up_steps", "0", 0),
    ("gradient_clip", "2.5", 2.5),
    ("gradient_clip", "", None),
    ("ema_decay", "0", 0.0),
    ("autosave_every", "10", 10),
]


@pytest.mark.parametrize(("name", "text", "value"), NUMBERS)
def test_a_number_that_is_typed_is_trained_with(
    qtbot: QtBot, form: TrainingForm, name: str, text: str, value: float | None
) -> None:
    form.more.setChecked(True)
    type_into(qtbot, form.numbers[name], text)
    configuration = form.configuration()
    assert configuration is not None
    assert getattr(configuration, name) == value
    assert form.problem == ""


WRONG = [
    ("steps", "0"),
    ("steps", "1.5"),
    ("batch_size", "0"),
    ("batch_size", "many"),
    ("learning_rate", "0"),
    ("learning_rate", "-1"),
    ("seed", "-1"),
    ("width", "0"),
    ("depth", "99"),
    ("warm_up_steps", "-1"),
    ("gradient_clip", "0"),
    ("ema_decay", "1"),
    ("autosave_every", "0"),
]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_nonsensical_number_is_explained_at_its_field(
    qtbot: QtBot, form: TrainingForm, name: str, text: str
) -> None:
    height = form._contents.sizeHint().height()
    form.more.setChecked(name in form._more_grid)
    type_into(qtbot, form.numbers[name], text)
    qtbot.keyClick(form.numbers[name], Qt.Key.Key_Tab)
    assert form.configuration() is None
    assert form.problem_field == name
    assert form.problem.startswith(field_text.field_texts()[name][0])
    bubble, field = form._bubble, form.numbers[name]
    assert bubble.isVisible()
    assert bubble.text() == form.problem
    below = bubble.mapToGlobal(QPoint(0, 0)).y() - field.mapToGlobal(QPoint(0, 0)).y()
    assert abs(below) < field.height() + bubble.height() + 8  # right under it, or right over it
    assert bubble.width() <= form.width()
    if name not in form._more_grid:
        assert form._contents.sizeHint().height() == height  # nothing was moved


def test_a_sentence_waits_for_the_end_of_typing_and_goes_when_it_is_right(
    qtbot: QtBot, form: TrainingForm
) -> None:
    field = form.numbers["batch_size"]
    type_into(qtbot, field, "0", ends=False)
    assert form.configuration() is None  # Start is off already
    assert form.problem == ""
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert form.problem != ""
    qtbot.keyClick(field, Qt.Key.Key_Home)
    qtbot.keyClicks(field, "1")
    assert field.text() == "10"
    assert form.problem == ""
    assert not form._bubble.isVisible()


def test_a_problem_under_more_is_brought_into_sight(qtbot: QtBot, form: TrainingForm) -> None:
    form.more.setChecked(True)
    type_into(qtbot, form.numbers["ema_decay"], "2")
    form.more.setChecked(False)
    form._on_committed()
    assert form.more.isChecked()
    assert form._bubble.isVisible()


LEVELS = [
    ("1, 2, 2, 2, 2", "multiple of 16"),
    ("1, x", "1, 2, 2"),
    ("", "1, 2, 2"),
    ("99", "1, 2, 2"),
]


@pytest.mark.parametrize(("text", "part"), LEVELS)
def test_levels_that_a_network_cannot_have_are_explained(
    qtbot: QtBot, form: TrainingForm, text: str, part: str
) -> None:
    choose(qtbot, form.preset, "digits")
    type_into(qtbot, form.lists["channel_multipliers"], text)
    assert form.problem_field == "channel_multipliers"
    assert part in form.problem


def test_the_size_of_the_network_is_the_one_in_the_fields(qtbot: QtBot, form: TrainingForm) -> None:
    choose(qtbot, form.preset, "digits")
    form.more.setChecked(True)
    type_into(qtbot, form.numbers["channels"], "12")
    type_into(qtbot, form.lists["channel_multipliers"], "1, 2, 4")
    type_into(qtbot, form.lists["attention_sizes"], "2,4")
    type_into(qtbot, form.numbers["dropout"], "0")
    type_into(qtbot, form.numbers["blocks_per_level"], "2")
    configuration = form.configuration()
    assert configuration is not None
    assert configuration.network == UNetConfiguration(
        image_size=8,
        image_channels=1,
        channels=12,
        channel_multipliers=(1, 2, 4),
        blocks_per_level=2,
        attention_sizes=(2, 4),
        dropout=0.0,
        norm_groups=4,
    )
    assert form.preset.currentData() == ""  # its own settings now


def test_attention_where_there_is_no_level_is_explained(qtbot: QtBot, form: TrainingForm) -> None:
    choose(qtbot, form.preset, "digits")
    form.more.setChecked(True)
    type_into(qtbot, form.lists["attention_sizes"], "16")
    assert form.problem_field == "attention_sizes"
    assert "8, 4" in form.problem


def test_only_what_the_kind_of_network_has_is_shown(qtbot: QtBot, form: TrainingForm) -> None:
    form.more.setChecked(True)
    assert form.numbers["width"].isVisible()
    assert not form.numbers["channels"].isVisible()
    choose(qtbot, form.preset, "digits")
    assert not form.numbers["width"].isVisible()
    assert form.numbers["channels"].isVisible()
    assert form.numbers["dropout"].isVisible()


def test_other_data_bring_their_preset_and_leave_own_settings_alone(
    qtbot: QtBot, form: TrainingForm
) -> None:
    choose(qtbot, form.data_set, "spiral")
    assert form.configuration() == replace(preset("spiral-quick"), name="spiral")
    type_into(qtbot, form.numbers["width"], "64")
    choose(qtbot, form.data_set, "mixture-1d")
    configuration = form.configuration()
    assert configuration is not None
    assert configuration.data_set == "mixture-1d"
    assert configuration.network.sample_shape == (1,)
    assert configuration.network.width == 64  # type: ignore[union-attr]
    choose(qtbot, form.data_set, "digits")
    assert form.configuration() == replace(preset("digits-quick"), name="digits")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("moons-quick", "Less than a minute on 2 CPU cores."),
        ("digits-quick", "About 4 minutes on 2 CPU cores."),
        ("cifar10", "Made for a GPU: far too long for a CPU."),
    ],
)
def test_how_long_a_preset_takes_is_said(form: TrainingForm, name: str, text: str) -> None:
    form.show_configuration(preset(name))
    assert form.time_note.text() == text


def test_nothing_is_promised_of_own_settings(qtbot: QtBot, form: TrainingForm) -> None:
    type_into(qtbot, form.numbers["steps"], "7000")
    assert form.time_note.text() == "The first steps will show how long it takes."


def test_fields_keep_their_width_when_there_is_more_to_scroll(
    qtbot: QtBot, form: TrainingForm
) -> None:
    width = form.numbers["steps"].width()
    qtbot.mouseClick(form.more, LEFT)
    qtbot.waitUntil(form._scroll.verticalScrollBar().isEnabled)
    assert form.numbers["steps"].width() == width


@pytest.mark.parametrize(
    ("data", "other", "field", "text"),
    [("moons", "spiral", "width", "nonsense"), ("digits-16", "digits", "channels", "0")],
)
def test_other_data_beside_a_network_that_cannot_be_made_leave_the_sentence(
    qtbot: QtBot, form: TrainingForm, data: str, other: str, field: str, text: str
) -> None:
    choose(qtbot, form.data_set, data)
    type_into(qtbot, form.numbers[field], text)
    choose(qtbot, form.data_set, other)
    assert form.configuration() is None
    assert form.problem_field == field
    type_into(qtbot, form.numbers[field], "32")
    configuration = form.configuration()
    assert configuration is not None
    assert configuration.data_set == other
    assert getattr(configuration.network, field) == 32


def test_own_settings_that_do_not_fit_other_data_give_way_to_its_preset(
    qtbot: QtBot, form: TrainingForm
) -> None:
    choose(qtbot, form.data_set, "digits")
    type_into(qtbot, form.numbers["channels"], "16")
    choose(
        qtbot, form.data_set, "digits-16"
    )  # whose levels have no resolution of 4, with two of them
    assert form.configuration() == preset("digits-16")


def test_the_schedule_is_that_of_its_fields(qtbot: QtBot, form: TrainingForm) -> None:
    type_into(qtbot, form.schedule.steps, "100")
    configuration = form.configuration()
    assert configuration is not None
    assert configuration.schedule.T == 100
    type_into(qtbot, form.schedule.steps, "0")
    qtbot.keyClick(form.schedule.steps, Qt.Key.Key_Tab)
    assert form.problem_field == "schedule"
    assert form.configuration() is None


def test_target_and_precision_are_those_chosen(qtbot: QtBot, form: TrainingForm) -> None:
    form.more.setChecked(True)
    qtbot.mouseClick(form.fields.target.segments[2], LEFT)
    choose(qtbot, form.fields.precision, "bfloat16")
    choose(qtbot, form.fields.learning_rate_schedule, "constant")
    configuration = form.configuration()
    assert configuration is not None
    assert (configuration.target, configuration.precision) == ("v", "bfloat16")
    assert configuration.learning_rate_schedule == "constant"


def test_data_that_are_missing_are_said_to_be(qtbot: QtBot, form: TrainingForm) -> None:
    missing = [each for each in PRESETS if each not in TRAINABLE]
    for each in missing:
        form.show_configuration(each)
        assert form.configuration() is None
        assert form.problem_field == "data_set"
        assert form.preset.currentData() == each.name


def test_the_device_is_the_one_chosen(qtbot: QtBot, form: TrainingForm) -> None:
    assert form.chosen_device == ""
    form.show_devices((Device("cuda:0", "A GPU"), Device("cpu", "A CPU")), "cuda:0")
    assert form.chosen_device == "cuda:0"
    choose(qtbot, form.device, "cpu")
    form.show_devices((Device("cuda:0", "A GPU"), Device("cpu", "A CPU")), "cuda:0")
    assert form.chosen_device == "cpu"


def test_locked_settings_can_be_read_and_not_changed(form: TrainingForm) -> None:
    assert form.time_note.text()
    form.set_locked(True)
    assert not form.time_note.text(), "the time left is shown elsewhere"
    assert not form.numbers["steps"].isEnabled()
    assert form.numbers["steps"].text() == "6000"
    form.set_locked(False)
    assert form.time_note.text()
    assert form.numbers["steps"].isEnabled()


def test_it_fits_its_width_with_and_without_a_scroll_bar(form: TrainingForm) -> None:
    for name in ("moons", "digits"):
        form.show_configuration(preset(name))
        for is_open in (True, False):
            form.more.setChecked(is_open)
            viewport = form._scroll.viewport()
            assert form._contents.minimumSizeHint().width() <= viewport.width()


def test_every_field_has_a_tooltip(form: TrainingForm) -> None:
    form.more.setChecked(True)
    for field in form.findChildren(QWidget):
        if isinstance(field, QLineEdit | QComboBox) and field.isVisible():
            assert field.toolTip(), field.accessibleName()
            assert field.accessibleName(), field.toolTip()


def test_it_follows_the_theme(form: TrainingForm, dress: Callable[..., None]) -> None:
    dress(LIGHT)
    form.set_theme(LIGHT)
    assert not form.grab().isNull()


def test_a_name_that_does_not_fit_is_shortened_in_its_middle(form: TrainingForm) -> None:
    form.show_configuration(preset("digits-quick"))
    shown = form.preset.shown_text()
    assert form.preset.currentText() == "Handwritten digits 8×8, quick"
    assert "…" in shown
    assert shown.startswith("Hand")
    assert shown.endswith("quick")
    assert form.preset.fontMetrics().horizontalAdvance(shown) < form.preset.width() - 20


def test_the_wheel_over_the_form_scrolls_it_and_chooses_nothing(
    qtbot: QtBot, form: TrainingForm
) -> None:
    form.more.setChecked(True)
    form.numbers["steps"].setFocus()
    bar, before = form._scroll.verticalScrollBar(), form.configuration()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    place = form.data_set.rect().center()
    wheel = QWheelEvent(
        place,
        form.data_set.mapToGlobal(place),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(form.data_set, wheel)
    assert form.configuration() == before
