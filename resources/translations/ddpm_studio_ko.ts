<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name>AdequacyMeter</name>
    <message>
        <source>Schedule adequacy</source>
        <translation>스케줄의 적합성</translation>
    </message>
    <message>
        <source>&lt;b&gt;Fit&lt;/b&gt;: x&lt;sub&gt;T&lt;/sub&gt; is practically N(0, I)</source>
        <translation>&lt;b&gt;적합&lt;/b&gt;: x&lt;sub&gt;T&lt;/sub&gt;는 사실상 N(0, I)</translation>
    </message>
    <message>
        <source>&lt;b&gt;Weak&lt;/b&gt;: x&lt;sub&gt;T&lt;/sub&gt; is only nearly N(0, I)</source>
        <translation>&lt;b&gt;불충분&lt;/b&gt;: x&lt;sub&gt;T&lt;/sub&gt;는 N(0, I)에 가까울 뿐</translation>
    </message>
    <message>
        <source>&lt;b&gt;Unfit&lt;/b&gt;: x&lt;sub&gt;T&lt;/sub&gt; is not N(0, I)</source>
        <translation>&lt;b&gt;부적합&lt;/b&gt;: x&lt;sub&gt;T&lt;/sub&gt;는 N(0, I)가 아님</translation>
    </message>
    <message>
        <source>{0} bits/dim</source>
        <translation>{0} 비트/차원</translation>
    </message>
    <message>
        <source>The reverse chain begins with noise from N(0, I) in the place of x&lt;sub&gt;T&lt;/sub&gt;. That is right only where the forward chain gets there: where almost nothing of x₀ is left at T.</source>
        <translation>역방향 연쇄는 x&lt;sub&gt;T&lt;/sub&gt; 대신 N(0, I)에서 뽑은 노이즈로 시작합니다. 이는 순방향 연쇄가 실제로 그곳에 이를 때, 곧 T에서 x₀가 거의 남아 있지 않을 때에만 옳습니다.</translation>
    </message>
    <message>
        <source>Here at most {0} % of the values of x&lt;sub&gt;T&lt;/sub&gt; lie where N(0, 1) would not have put them (Pinsker&apos;s bound √(L&lt;sub&gt;T&lt;/sub&gt; / 2), with L&lt;sub&gt;T&lt;/sub&gt; in nats). &lt;b&gt;Fit&lt;/b&gt;: at most {1} %. &lt;b&gt;Unfit&lt;/b&gt;: more than {2} %.</source>
        <translation>여기서 x&lt;sub&gt;T&lt;/sub&gt;의 값 가운데 N(0, 1)과 어긋난 자리에 있는 것은 많아야 {0} %입니다 (핀스커 상한 √(L&lt;sub&gt;T&lt;/sub&gt; / 2), L&lt;sub&gt;T&lt;/sub&gt;의 단위는 nat). &lt;b&gt;적합&lt;/b&gt;: {1} % 이하. &lt;b&gt;부적합&lt;/b&gt;: {2} % 초과.</translation>
    </message>
    <message>
        <source>&lt;b&gt;ᾱ&lt;sub&gt;T&lt;/sub&gt;&lt;/b&gt;: the share of the data&apos;s variance that is left. &lt;b&gt;SNR&lt;sub&gt;T&lt;/sub&gt;&lt;/b&gt; = ᾱ&lt;sub&gt;T&lt;/sub&gt; / (1 − ᾱ&lt;sub&gt;T&lt;/sub&gt;). &lt;b&gt;L&lt;sub&gt;T&lt;/sub&gt;&lt;/b&gt; = KL(q(x&lt;sub&gt;T&lt;/sub&gt; | x₀) ‖ N(0, I)), a mean over the x₀ of the forward chain.</source>
        <translation>&lt;b&gt;ᾱ&lt;sub&gt;T&lt;/sub&gt;&lt;/b&gt;: 데이터의 분산 가운데 남아 있는 몫. &lt;b&gt;SNR&lt;sub&gt;T&lt;/sub&gt;&lt;/b&gt; = ᾱ&lt;sub&gt;T&lt;/sub&gt; / (1 − ᾱ&lt;sub&gt;T&lt;/sub&gt;). &lt;b&gt;L&lt;sub&gt;T&lt;/sub&gt;&lt;/b&gt; = KL(q(x&lt;sub&gt;T&lt;/sub&gt; | x₀) ‖ N(0, I)), 순방향 연쇄의 x₀에 대한 평균.</translation>
    </message>
</context>
<context>
    <name>AlgorithmPanel</name>
    <message>
        <source>Algorithm 1: training</source>
        <translation>알고리즘 1: 학습</translation>
    </message>
    <message>
        <source>Of Ho, Jain and Abbeel, 2020</source>
        <translation>Ho, Jain, Abbeel (2020)</translation>
    </message>
    <message>
        <source>&lt;b&gt;repeat&lt;/b&gt;</source>
        <translation>&lt;b&gt;반복&lt;/b&gt;</translation>
    </message>
    <message>
        <source>&lt;b&gt;until&lt;/b&gt; converged</source>
        <translation>수렴할 때&lt;b&gt;까지&lt;/b&gt;</translation>
    </message>
    <message>
        <source>Take this step</source>
        <translation>이 스텝 실행</translation>
    </message>
    <message>
        <source>Take this training step, and show the next one (N)</source>
        <translation>이 학습 스텝을 실행하고 다음 스텝을 보여 줍니다 (N)</translation>
    </message>
    <message>
        <source>A sample of the data, the first of the batch</source>
        <translation>데이터 표본 하나: 배치의 첫 번째</translation>
    </message>
    <message>
        <source>A time between 1 and T, each as likely</source>
        <translation>1부터 T까지의 시각, 모두 같은 확률</translation>
    </message>
    <message>
        <source>Noise of the same shape</source>
        <translation>같은 모양의 노이즈</translation>
    </message>
    <message>
        <source>The sample with so much noise as belongs to t</source>
        <translation>t에 해당하는 만큼 노이즈를 더한 표본</translation>
    </message>
    <message>
        <source>What the network makes of the noisy sample</source>
        <translation>노이즈가 섞인 표본에 대한 신경망의 출력</translation>
    </message>
    <message>
        <source>What it should have made of them</source>
        <translation>신경망이 내놓았어야 할 값</translation>
    </message>
    <message>
        <source>The mean square of the difference, over the whole batch</source>
        <translation>차이의 제곱 평균 (배치 전체)</translation>
    </message>
    <message>
        <source>Take a gradient descent step on</source>
        <translation>다음에 대해 경사 하강:</translation>
    </message>
    <message>
        <source>Press “Step” while a training goes on: it pauses, and takes one at a time.</source>
        <translation>학습 중에 “한 스텝”을 누르면 멈추고 한 스텝씩 진행합니다.</translation>
    </message>
    <message>
        <source>Step {0}, before it is taken. Values of the first of {1} samples, for which the loss is {2}; above is that of the batch.</source>
        <translation>실행하기 전의 스텝 {0}. 표본 {1}개 중 첫 번째의 값이며 그 손실은 {2}입니다. 위의 손실은 배치 전체의 것입니다.</translation>
    </message>
</context>
<context>
    <name>BetasDialog</name>
    <message>
        <source>T = {0}, β from {1} to {2}</source>
        <translation>T = {0}, β는 {1}부터 {2}까지</translation>
    </message>
    <message>
        <source>Open a list of numbers</source>
        <translation>숫자 목록 열기</translation>
    </message>
    <message>
        <source>Text (*.txt *.csv *.json);;All files (*)</source>
        <translation>텍스트 (*.txt *.csv *.json);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>Schedule as a list</source>
        <translation>목록으로 주는 스케줄</translation>
    </message>
    <message>
        <source>One number for each step, t = 1 … T, at most {0} of them, with spaces, commas or new lines between. The decimal sign is a point.</source>
        <translation>단계 t = 1 … T마다 숫자 하나씩, 많아야 {0}개를 빈칸, 쉼표 또는 줄바꿈으로 나누어 적습니다. 소수점은 마침표입니다.</translation>
    </message>
    <message>
        <source>The numbers are βₜ</source>
        <translation>숫자는 βₜ</translation>
    </message>
    <message>
        <source>The numbers are ᾱₜ</source>
        <translation>숫자는 ᾱₜ</translation>
    </message>
    <message>
        <source>β&lt;sub&gt;t&lt;/sub&gt;: the variance of the noise of step t. ᾱ&lt;sub&gt;t&lt;/sub&gt;: the product of all 1 − β&lt;sub&gt;s&lt;/sub&gt; up to t, called alphas_cumprod in many programs.</source>
        <translation>β&lt;sub&gt;t&lt;/sub&gt;: 단계 t에서 더하는 노이즈의 분산. ᾱ&lt;sub&gt;t&lt;/sub&gt;: t까지의 모든 1 − β&lt;sub&gt;s&lt;/sub&gt;의 곱으로, 많은 프로그램에서 alphas_cumprod라고 부릅니다.</translation>
    </message>
    <message>
        <source>What the numbers are</source>
        <translation>숫자의 의미</translation>
    </message>
    <message>
        <source>The numbers</source>
        <translation>숫자</translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation>파일에서…</translation>
    </message>
    <message>
        <source>Take the numbers from a text file</source>
        <translation>텍스트 파일에서 숫자를 가져옵니다</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Use this schedule</source>
        <translation>이 스케줄 사용</translation>
    </message>
</context>
<context>
    <name>BoundCard</name>
    <message>
        <source>Bound by t: L&lt;sub&gt;t−1&lt;/sub&gt; in bits/dim</source>
        <translation>t별 변분 상한 항: L&lt;sub&gt;t−1&lt;/sub&gt; (bits/dim)</translation>
    </message>
    <message>
        <source>Terms of the variational bound over t</source>
        <translation>t에 따른 변분 상한의 항</translation>
    </message>
    <message>
        <source>L&lt;sub&gt;t−1&lt;/sub&gt; = KL(q(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;, x&lt;sub&gt;0&lt;/sub&gt;) ‖ p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;)) for t = 2 … T (logarithmic): what each step of the reverse chain costs.</source>
        <translation>L&lt;sub&gt;t−1&lt;/sub&gt; = KL(q(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;, x&lt;sub&gt;0&lt;/sub&gt;) ‖ p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;)), t = 2 … T (로그 눈금): 역방향 연쇄의 각 단계가 치르는 비용입니다.</translation>
    </message>
    <message>
        <source>Click or drag to read the numbers at a t; ← and → step.</source>
        <translation>클릭하거나 끌면 그 t의 수치를 읽습니다. ←와 →는 한 단계씩 움직입니다.</translation>
    </message>
    <message>
        <source>t = {0}: {1}</source>
        <translation>t = {0}: {1}</translation>
    </message>
    <message>
        <source>nats</source>
        <translation>nats</translation>
    </message>
    <message>
        <source>Of a whole x&lt;sub&gt;0&lt;/sub&gt;: the sum over its D coordinates.</source>
        <translation>x&lt;sub&gt;0&lt;/sub&gt; 하나 전체의 값: 좌표 D개에 대한 합입니다.</translation>
    </message>
    <message>
        <source>bits/dim</source>
        <translation>bits/dim</translation>
    </message>
    <message>
        <source>Per coordinate: nats divided by D · ln 2.</source>
        <translation>좌표 하나당 값: nats를 D · ln 2로 나눈 것입니다.</translation>
    </message>
    <message>
        <source>KL(q(x&lt;sub&gt;T&lt;/sub&gt; | x&lt;sub&gt;0&lt;/sub&gt;) ‖ N(0, I)): what is left of the data at T. Nothing in it is learned.</source>
        <translation>KL(q(x&lt;sub&gt;T&lt;/sub&gt; | x&lt;sub&gt;0&lt;/sub&gt;) ‖ N(0, I)): T에서 데이터가 얼마나 남아 있는지를 나타냅니다. 학습되는 것은 없습니다.</translation>
    </message>
    <message>
        <source>The sum of KL(q(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;, x&lt;sub&gt;0&lt;/sub&gt;) ‖ p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;)) over t = 2 … T: all steps of the reverse chain but the last.</source>
        <translation>KL(q(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;, x&lt;sub&gt;0&lt;/sub&gt;) ‖ p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;))을 t = 2 … T에 대해 더한 값: 역방향 연쇄에서 마지막을 뺀 모든 단계입니다.</translation>
    </message>
    <message>
        <source>−ln p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;0&lt;/sub&gt; | x&lt;sub&gt;1&lt;/sub&gt;): the last step of the reverse chain.</source>
        <translation>−ln p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;0&lt;/sub&gt; | x&lt;sub&gt;1&lt;/sub&gt;): 역방향 연쇄의 마지막 단계입니다.</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>합계</translation>
    </message>
    <message>
        <source>The variational bound: −ln p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;0&lt;/sub&gt;) is on average at most this. ± is the standard error of the mean over x&lt;sub&gt;0&lt;/sub&gt;.</source>
        <translation>변분 상한: −ln p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;0&lt;/sub&gt;)의 평균은 이 값을 넘지 않습니다. ±는 x&lt;sub&gt;0&lt;/sub&gt;에 대한 평균의 표준 오차입니다.</translation>
    </message>
</context>
<context>
    <name>BucketPlot</name>
    <message>
        <source>Loss by t</source>
        <translation>t별 손실</translation>
    </message>
    <message>
        <source>— no network can be lower</source>
        <translation>— 이보다 낮을 수 없음</translation>
    </message>
    <message>
        <source>The error of the exact E[x₀ | x&lt;sub&gt;t&lt;/sub&gt;], in the unit of the loss: what remains when nothing is left to learn.</source>
        <translation>정확한 E[x₀ | x&lt;sub&gt;t&lt;/sub&gt;]의 오차를 손실의 단위로 나타낸 것: 더 배울 것이 없을 때 남는 값입니다.</translation>
    </message>
    <message>
        <source>Loss over t</source>
        <translation>t에 따른 손실</translation>
    </message>
    <message>
        <source>Which t are still hard?</source>
        <translation>어떤 t가 아직 어려운가?</translation>
    </message>
    <message>
        <source>The mean loss of the last steps for each part of t, logarithmic. Little noise, at the left, is hard to predict; much noise, at the right, is easy.</source>
        <translation>최근 스텝의 t 구간별 평균 손실 (로그 눈금). 왼쪽의 적은 노이즈는 예측하기 어렵고, 오른쪽의 많은 노이즈는 쉽습니다.</translation>
    </message>
    <message>
        <source>Green, where it is known: the floor, which a perfect network reaches. Click or drag to see the samples at a t.</source>
        <translation>초록색은 (알려진 경우) 완벽한 신경망이 도달하는 하한입니다. 클릭하거나 끌면 그 t의 표본을 봅니다.</translation>
    </message>
</context>
<context>
    <name>ChainCard</name>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Forward chain  q(x&lt;sub&gt;t&lt;/sub&gt; | x&lt;sub&gt;t−1&lt;/sub&gt;)</source>
        <translation>순방향 연쇄  q(x&lt;sub&gt;t&lt;/sub&gt; | x&lt;sub&gt;t−1&lt;/sub&gt;)</translation>
    </message>
    <message>
        <source>From real data to noise, truly step by step:&lt;br&gt;x&lt;sub&gt;t&lt;/sub&gt; = √(1 − β&lt;sub&gt;t&lt;/sub&gt;) x&lt;sub&gt;t−1&lt;/sub&gt; + √β&lt;sub&gt;t&lt;/sub&gt; z&lt;sub&gt;t&lt;/sub&gt;</source>
        <translation>실제 데이터에서 노이즈까지, 실제로 한 단계씩:&lt;br&gt;x&lt;sub&gt;t&lt;/sub&gt; = √(1 − β&lt;sub&gt;t&lt;/sub&gt;) x&lt;sub&gt;t−1&lt;/sub&gt; + √β&lt;sub&gt;t&lt;/sub&gt; z&lt;sub&gt;t&lt;/sub&gt;</translation>
    </message>
    <message>
        <source>Reverse chain  p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;)</source>
        <translation>역방향 연쇄  p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;t−1&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;)</translation>
    </message>
    <message>
        <source>From noise x&lt;sub&gt;T&lt;/sub&gt; ~ N(0, I) to data, step by step</source>
        <translation>노이즈 x&lt;sub&gt;T&lt;/sub&gt; ~ N(0, I)에서 데이터까지, 한 단계씩</translation>
    </message>
    <message>
        <source>How the reverse chain is sampled: sampler, noise, steps, denoiser (S)</source>
        <translation>역방향 연쇄의 샘플링 방법: 샘플러, 노이즈, 단계 수, 디노이저 (S)</translation>
    </message>
    <message>
        <source>Stop this chain; the steps so far stay</source>
        <translation>이 연쇄를 멈춥니다. 지금까지의 단계는 남습니다</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Go on with this chain from where it was stopped</source>
        <translation>멈춘 자리에서 이 사슬을 이어 갑니다</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>다시 시작</translation>
    </message>
    <message>
        <source>Compute this chain from its beginning</source>
        <translation>이 연쇄를 처음부터 다시 계산합니다</translation>
    </message>
</context>
<context>
    <name>ChainPainting</name>
    <message>
        <source>t = {t} is not there yet</source>
        <translation>t = {t}는 아직 없습니다</translation>
    </message>
    <message>
        <source>The chain is about to start</source>
        <translation>연쇄가 곧 시작됩니다</translation>
    </message>
    <message>
        <source>Loading …</source>
        <translation>불러오는 중 …</translation>
    </message>
    <message>
        <source>the nearest picture kept: t = {t}</source>
        <translation>보관된 가장 가까운 그림: t = {t}</translation>
    </message>
    <message>
        <source>t = {t} cannot be shown</source>
        <translation>t = {t}을(를) 보일 수 없습니다</translation>
    </message>
    <message>
        <source>The samples come first</source>
        <translation>표본이 먼저입니다</translation>
    </message>
    <message>
        <source>This chain starts from those of the reverse chain</source>
        <translation>이 연쇄는 역방향 연쇄의 표본에서 시작합니다</translation>
    </message>
    <message>
        <source>There is no chain</source>
        <translation>연쇄가 없습니다</translation>
    </message>
    <message>
        <source>It could not be computed; see the message above</source>
        <translation>계산하지 못했습니다. 위의 메시지를 보세요</translation>
    </message>
    <message>
        <source>The model and its data are being loaded</source>
        <translation>모델과 데이터를 불러오고 있습니다</translation>
    </message>
    <message>
        <source>The chain has come to t = {t} so far</source>
        <translation>연쇄는 지금까지 t = {t}에 이르렀습니다</translation>
    </message>
    <message>
        <source>sample {number} of {count}</source>
        <translation>표본 {number} / {count}</translation>
    </message>
    <message>
        <source>sample {number} of {count} · click or Esc to go back</source>
        <translation>표본 {number} / {count} · 클릭하거나 Esc를 누르면 돌아갑니다</translation>
    </message>
    <message>
        <source>sample {number} of {count} · Esc to clear</source>
        <translation>표본 {number} / {count} · Esc로 해제</translation>
    </message>
</context>
<context>
    <name>ChainView</name>
    <message>
        <source>Forward chain: samples at the current timestep</source>
        <translation>순방향 연쇄: 현재 시점의 표본</translation>
    </message>
    <message>
        <source>Reverse chain: samples at the current timestep</source>
        <translation>역방향 연쇄: 현재 시점의 표본</translation>
    </message>
    <message>
        <source>Click an image, or press Enter, to enlarge it; then use the arrow keys</source>
        <translation>이미지를 클릭하거나 Enter를 누르면 확대됩니다. 그다음 화살표 키로 옮겨 다닙니다</translation>
    </message>
    <message>
        <source>Click, or press Enter, to mark a sample and see its path through all t</source>
        <translation>클릭하거나 Enter를 누르면 표본 하나가 표시되고 모든 t에 걸친 경로가 보입니다</translation>
    </message>
</context>
<context>
    <name>CheckpointDialog</name>
    <message>
        <source>Open a checkpoint</source>
        <translation>체크포인트 열기</translation>
    </message>
    <message>
        <source>{0}  ·  made by {1}</source>
        <translation>{0}  ·  {1}에서 만듦</translation>
    </message>
    <message>
        <source>The file does not tell everything. What is most likely is filled in.</source>
        <translation>파일이 모든 것을 알려 주지는 않습니다. 가장 그럴듯한 값을 채워 두었습니다.</translation>
    </message>
    <message>
        <source>As guessed</source>
        <translation>짐작한 대로</translation>
    </message>
    <message>
        <source>Fill in again what is most likely</source>
        <translation>가장 그럴듯한 값으로 다시 채웁니다</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
</context>
<context>
    <name>ClassList</name>
    <message>
        <source>each class in turn</source>
        <translation>모든 클래스를 차례로</translation>
    </message>
</context>
<context>
    <name>ClassifierDialogs</name>
    <message>
        <source>Choose a noisy classifier</source>
        <translation>노이즈 분류기 선택</translation>
    </message>
    <message>
        <source>Classifiers (*.pt *.pth *.safetensors)</source>
        <translation>분류기 (*.pt *.pth *.safetensors)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
</context>
<context>
    <name>ClosableBar</name>
    <message>
        <source>Close this message</source>
        <translation>이 메시지 닫기</translation>
    </message>
</context>
<context>
    <name>ConditionFields</name>
    <message>
        <source>Opening {0}…</source>
        <translation>{0} 여는 중…</translation>
    </message>
    <message>
        <source>Choose a noisy classifier…</source>
        <translation>노이즈 분류기 선택…</translation>
    </message>
    <message>
        <source>The scale of the guidance must be a number from 0 to {0}.</source>
        <translation>가이던스 세기는 0에서 {0} 사이의 수여야 합니다.</translation>
    </message>
    <message>
        <source>Class</source>
        <translation>클래스</translation>
    </message>
    <message>
        <source>Classifier</source>
        <translation>분류기</translation>
    </message>
    <message>
        <source>Guidance s</source>
        <translation>가이던스 s</translation>
    </message>
    <message>
        <source>What the samples shall show</source>
        <translation>표본이 나타낼 것</translation>
    </message>
    <message>
        <source>&lt;p&gt;A network that was trained to tell the class of noisy images: its gradient draws the samples towards their class (Dhariwal and Nichol 2021).&lt;/p&gt;</source>
        <translation>&lt;p&gt;노이즈가 섞인 이미지의 클래스를 알아보도록 학습한 신경망입니다. 그 기울기가 표본을 해당 클래스 쪽으로 이끕니다 (Dhariwal, Nichol 2021).&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Sample without the classifier</source>
        <translation>분류기 없이 표본을 뽑습니다</translation>
    </message>
    <message>
        <source>s: how strongly the classifier draws. 0 not at all, 1 samples p(x₀ | y), more sharpens.</source>
        <translation>s: 분류기가 이끄는 세기입니다. 0이면 이끌지 않고, 1이면 p(x₀ | y)에서 뽑으며, 더 크면 더 뚜렷해집니다.</translation>
    </message>
</context>
<context>
    <name>CoursePlot</name>
    <message>
        <source>Distance</source>
        <translation>거리</translation>
    </message>
    <message>
        <source>How far the samples are from the data</source>
        <translation>표본이 데이터에서 얼마나 먼가</translation>
    </message>
    <message>
        <source>Gradient</source>
        <translation>기울기</translation>
    </message>
    <message>
        <source>The norm of all gradients together</source>
        <translation>모든 기울기를 합친 크기(노름)</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>The learning rate, past and to come</source>
        <translation>지금까지와 앞으로의 학습률</translation>
    </message>
    <message>
        <source>The sliced Wasserstein distance of the samples to data, over training steps: 0 where their distributions are the same. It falls on when the loss is flat already. Green: two samples of the data.</source>
        <translation>학습 스텝에 따른 표본과 데이터의 슬라이스 바서슈타인 거리: 분포가 같으면 0입니다. 손실이 평평해진 뒤에도 계속 줄어듭니다. 초록색: 데이터끼리의 거리.</translation>
    </message>
    <message>
        <source>The norm of all gradients before it is limited: peaks are batches that would have thrown the network off its way.</source>
        <translation>제한하기 전의 전체 기울기 크기: 뾰족한 곳은 신경망을 궤도에서 벗어나게 했을 배치입니다.</translation>
    </message>
    <message>
        <source>The learning rate: it rises during the warm-up, and then stays or falls to 0; what is still to come is faint.</source>
        <translation>학습률: 워밍업 동안 올라가고, 그 뒤에는 유지되거나 0으로 내려갑니다. 앞으로의 값은 흐리게 보입니다.</translation>
    </message>
    <message>
        <source>Click to see the samples of that time.</source>
        <translation>클릭하면 그때의 표본을 봅니다.</translation>
    </message>
    <message>
        <source>Appears with the first samples.</source>
        <translation>첫 표본과 함께 나타납니다.</translation>
    </message>
    <message>
        <source>Appears with the first steps.</source>
        <translation>첫 스텝과 함께 나타납니다.</translation>
    </message>
</context>
<context>
    <name>DataDialog</name>
    <message>
        <source>One moment …</source>
        <translation>잠시만요…</translation>
    </message>
    <message>
        <source>Stopped. A download goes on from here when it is begun again.</source>
        <translation>멈췄습니다. 내려받기는 다시 시작하면 여기서 이어집니다.</translation>
    </message>
    <message>
        <source>Stopped; nothing half-done stays behind.</source>
        <translation>멈췄습니다. 하다 만 것은 남지 않았습니다.</translation>
    </message>
    <message>
        <source>Kept in {0} · {1} MB</source>
        <translation>{0}에 보관 · {1} MB</translation>
    </message>
    <message>
        <source>, {0} MB of it unfinished downloads</source>
        <translation>, 그중 내려받다 만 파일 {0} MB</translation>
    </message>
    <message>
        <source>Data sets</source>
        <translation>데이터 세트</translation>
    </message>
    <message>
        <source>Besides the points and digits that come with the application, a network can be trained on data of your own: a folder of pictures, whose sub-folders are classes; MNIST&apos;s IDX files; CIFAR in its binary version; an .npz or .npy array. Import one, let one fall on the window, or download one that is public.</source>
        <translation>프로그램에 들어 있는 점과 숫자 외에 자신의 데이터로도 신경망을 학습시킬 수 있습니다. 그림 폴더(하위 폴더는 클래스), MNIST의 IDX 파일, 바이너리 버전의 CIFAR, .npz 또는 .npy 배열을 쓸 수 있습니다. 가져오거나, 창 위에 끌어다 놓거나, 공개 데이터를 내려받으세요.</translation>
    </message>
    <message>
        <source>Import folder…</source>
        <translation>폴더 가져오기…</translation>
    </message>
    <message>
        <source>Import file…</source>
        <translation>파일 가져오기…</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>내려받기</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>삭제…</translation>
    </message>
    <message>
        <source>Show in file manager</source>
        <translation>파일 관리자에서 보기</translation>
    </message>
    <message>
        <source>Move…</source>
        <translation>옮기기…</translation>
    </message>
    <message>
        <source>Remove all…</source>
        <translation>모두 삭제…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>{0} · {1} MB</source>
        <translation>{0} · {1} MB</translation>
    </message>
    <message>
        <source>Pictures in a folder; its sub-folders are classes</source>
        <translation>폴더 안의 그림들. 하위 폴더는 클래스가 됩니다</translation>
    </message>
    <message>
        <source>IDX (MNIST), CIFAR&apos;s binary version, .npz or .npy</source>
        <translation>IDX(MNIST), 바이너리 버전의 CIFAR, .npz 또는 .npy</translation>
    </message>
    <message>
        <source>A public data set; a download that was stopped goes on where it was</source>
        <translation>공개 데이터 세트. 멈춘 내려받기는 멈춘 곳에서 이어집니다</translation>
    </message>
    <message>
        <source>Delete the chosen data set, or unfinished download, from the disk</source>
        <translation>선택한 데이터 세트나 내려받다 만 파일을 디스크에서 삭제합니다</translation>
    </message>
    <message>
        <source>Delete all imported data sets, and unfinished downloads</source>
        <translation>가져온 데이터 세트와 내려받다 만 파일을 모두 삭제합니다</translation>
    </message>
    <message>
        <source>Open the folder of the chosen data set</source>
        <translation>선택한 데이터 세트의 폴더를 엽니다</translation>
    </message>
    <message>
        <source>Keep all imported data sets in another folder</source>
        <translation>가져온 데이터 세트를 모두 다른 폴더에 보관합니다</translation>
    </message>
    <message>
        <source>Stop; nothing half-done stays behind</source>
        <translation>멈춥니다. 만들다 만 것은 남지 않습니다</translation>
    </message>
    <message>
        <source>Close (Esc); what is being done goes on</source>
        <translation>닫기(Esc). 진행 중인 작업은 계속됩니다</translation>
    </message>
    <message>
        <source>Imported data sets</source>
        <translation>가져온 데이터 세트</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행 상황</translation>
    </message>
</context>
<context>
    <name>DataDialogs</name>
    <message>
        <source>Import a folder of pictures</source>
        <translation>그림 폴더 가져오기</translation>
    </message>
    <message>
        <source>Import a file of images</source>
        <translation>이미지 파일 가져오기</translation>
    </message>
    <message>
        <source>Data sets (*.npz *.npy *.gz *.bin *ubyte *.idx)</source>
        <translation>데이터 세트 (*.npz *.npy *.gz *.bin *ubyte *.idx)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>모든 파일 (*)</translation>
    </message>
    <message>
        <source>Keep the data sets in another folder</source>
        <translation>데이터 세트를 다른 폴더에 보관</translation>
    </message>
    <message>
        <source>Delete the data set “{0}” from the disk?</source>
        <translation>데이터 세트 “{0}”을(를) 디스크에서 지울까요?</translation>
    </message>
    <message>
        <source>Delete what has come of the download of “{0}”?</source>
        <translation>“{0}”에서 지금까지 내려받은 부분을 삭제할까요?</translation>
    </message>
    <message>
        <source>It then begins anew another time, instead of going on.</source>
        <translation>그러면 다음번에는 이어받지 않고 처음부터 다시 내려받습니다.</translation>
    </message>
    <message>
        <source>Delete all imported data sets, and unfinished downloads, from the disk?</source>
        <translation>가져온 데이터 세트와 내려받다 만 파일을 디스크에서 모두 삭제할까요?</translation>
    </message>
    <message>
        <source>What was imported stays where it came from, and so do models trained on it.</source>
        <translation>가져온 원본과 그것으로 학습한 모델은 그대로 남습니다.</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>지우기</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>그대로 두기</translation>
    </message>
</context>
<context>
    <name>DataList</name>
    <message>
        <source>{0} MB</source>
        <translation>{0} MB</translation>
    </message>
    <message>
        <source>Damaged: remove it and import it again.</source>
        <translation>손상됨: 삭제하고 다시 가져오세요.</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>회색조</translation>
    </message>
    <message>
        <source>colour</source>
        <translation>컬러</translation>
    </message>
    <message>
        <source>{0} images</source>
        <translation>이미지 {0}장</translation>
    </message>
    <message>
        <source>{0} classes</source>
        <translation>클래스 {0}개</translation>
    </message>
    <message>
        <source>Being downloaded</source>
        <translation>내려받는 중</translation>
    </message>
    <message>
        <source>Unfinished download: {0} of {1} MB</source>
        <translation>내려받다 멈춤: {1} MB 중 {0} MB</translation>
    </message>
    <message>
        <source>Unfinished download: {0} MB</source>
        <translation>내려받다 멈춤: {0} MB</translation>
    </message>
    <message>
        <source>From {0}</source>
        <translation>원본: {0}</translation>
    </message>
    <message>
        <source>{0} images to train on, {1} held out to measure with</source>
        <translation>학습용 {0}장, 측정용으로 남겨 둔 {1}장</translation>
    </message>
</context>
<context>
    <name>DataNames</name>
    <message>
        <source>Mixture, 1-D</source>
        <translation>1차원 혼합 분포</translation>
    </message>
    <message>
        <source>Two moons</source>
        <translation>두 개의 반달</translation>
    </message>
    <message>
        <source>Swiss roll</source>
        <translation>스위스 롤</translation>
    </message>
    <message>
        <source>Circles</source>
        <translation>동심원</translation>
    </message>
    <message>
        <source>Spiral</source>
        <translation>나선</translation>
    </message>
    <message>
        <source>Checkerboard</source>
        <translation>체커보드</translation>
    </message>
    <message>
        <source>Eight Gaussians</source>
        <translation>여덟 개의 가우시안</translation>
    </message>
    <message>
        <source>Handwritten digits 8×8</source>
        <translation>손글씨 숫자 8×8</translation>
    </message>
    <message>
        <source>CIFAR-10</source>
        <translation>CIFAR-10</translation>
    </message>
    <message>
        <source>CIFAR-100</source>
        <translation>CIFAR-100</translation>
    </message>
    <message>
        <source>MNIST</source>
        <translation>MNIST</translation>
    </message>
    <message>
        <source>Fashion-MNIST</source>
        <translation>Fashion-MNIST</translation>
    </message>
    <message>
        <source>Handwritten digits 16×16</source>
        <translation>손글씨 숫자 16×16</translation>
    </message>
    <message>
        <source>{0}, quick</source>
        <translation>{0}, 빠르게</translation>
    </message>
</context>
<context>
    <name>DataText</name>
    <message>
        <source>Importing: {0} of {1} images</source>
        <translation>가져오는 중: 이미지 {1}장 중 {0}장</translation>
    </message>
    <message>
        <source>Downloading {0}: {1} of {2} MB</source>
        <translation>{0} 내려받는 중: {2} MB 중 {1} MB</translation>
    </message>
    <message>
        <source>Moving: {0} of {1} MB</source>
        <translation>옮기는 중: {1} MB 중 {0} MB</translation>
    </message>
    <message>
        <source> · {0} s left</source>
        <translation> · {0}초 남음</translation>
    </message>
    <message>
        <source>{0} is there: {1} images, {2} of them held out.</source>
        <translation>{0}을(를) 가져왔습니다: 이미지 {1}장, 그중 {2}장은 남겨 둡니다.</translation>
    </message>
    <message>
        <source>Left out: {0}. The first is {1}: {2}.</source>
        <translation>제외한 그림: {0}장. 첫 번째는 {1}: {2}.</translation>
    </message>
</context>
<context>
    <name>DistancePlot</name>
    <message>
        <source>noise floor, n = {0}</source>
        <translation>노이즈 플로어, n = {0}</translation>
    </message>
    <message>
        <source>Distance to N(0, 1)</source>
        <translation>N(0, 1)까지의 거리</translation>
    </message>
    <message>
        <source>mean of x₁, x₂</source>
        <translation>x₁, x₂의 평균</translation>
    </message>
    <message>
        <source>The mean of the distances of the two coordinates.</source>
        <translation>두 좌표의 거리를 평균한 값입니다.</translation>
    </message>
    <message>
        <source>Kolmogorov–Smirnov distance: sup |F&lt;sub&gt;n&lt;/sub&gt; − Φ|</source>
        <translation>콜모고로프–스미르노프 거리: sup |F&lt;sub&gt;n&lt;/sub&gt; − Φ|</translation>
    </message>
    <message>
        <source>1-Wasserstein distance: ∫ |F&lt;sub&gt;n&lt;/sub&gt; − Φ| du</source>
        <translation>1-바서슈타인 거리: ∫ |F&lt;sub&gt;n&lt;/sub&gt; − Φ| du</translation>
    </message>
    <message>
        <source>Distance to N(0, 1) over t</source>
        <translation>t에 따른 N(0, 1)까지의 거리</translation>
    </message>
    <message>
        <source>The distance of x&lt;sub&gt;t&lt;/sub&gt; to N(0, 1) at every t (logarithmic): forward chain blue, reverse chain orange. Where both coincide, both chains are equally noisy.</source>
        <translation>모든 t에서 x&lt;sub&gt;t&lt;/sub&gt;와 N(0, 1) 사이의 거리(로그 눈금): 순방향 연쇄는 파란색, 역방향 연쇄는 주황색입니다. 둘이 겹치는 곳에서는 두 연쇄의 노이즈 정도가 같습니다.</translation>
    </message>
    <message>
        <source>Dashed, the noise floor: the distance that n independent draws from N(0, 1) have on average, as they are a finite sample. The pixels of an image are independent at t = T only, so between 0 and T the line is a guide.</source>
        <translation>점선은 노이즈 플로어입니다. N(0, 1)에서 독립으로 뽑은 n개의 값도 유한한 표본이므로 평균적으로 이만큼의 거리를 가집니다. 이미지의 픽셀은 t = T에서만 서로 독립이므로, 0과 T 사이에서는 참고선입니다.</translation>
    </message>
    <message>
        <source>Click or drag to go to a t; ← and → step.</source>
        <translation>클릭하거나 끌면 그 t로 갑니다. ←와 →는 한 단계씩 움직입니다.</translation>
    </message>
</context>
<context>
    <name>DropHint</name>
    <message>
        <source>Drop to open: models, a data set, a training or a classifier</source>
        <translation>놓으면 엽니다: 모델, 데이터 세트, 학습, 분류기</translation>
    </message>
</context>
<context>
    <name>ErrorCard</name>
    <message>
        <source>Denoising error by t</source>
        <translation>t별 노이즈 제거 오차</translation>
    </message>
    <message>
        <source>Excess</source>
        <translation>초과분</translation>
    </message>
    <message>
        <source>Denoising error over t</source>
        <translation>t에 따른 노이즈 제거 오차</translation>
    </message>
    <message>
        <source>The mean squared error of the predicted noise at every t (logarithmic), per coordinate as the training loss counts: a network that always answers 0 has 1. Network orange, floor green.</source>
        <translation>각 t에서 예측한 노이즈의 평균 제곱 오차(로그 눈금)를 학습 손실처럼 좌표 하나당 값으로 나타냅니다. 항상 0이라고 답하는 신경망의 오차는 1입니다. 신경망은 주황색, 오차 하한은 초록색입니다.</translation>
    </message>
    <message>
        <source>Click or drag to read the numbers at a t; ← and → step.</source>
        <translation>클릭하거나 끌면 그 t의 수치를 읽습니다. ←와 →는 한 단계씩 움직입니다.</translation>
    </message>
    <message>
        <source>mean over t</source>
        <translation>t 평균</translation>
    </message>
    <message>
        <source>Over the measured t, which are evenly spread: comparable to the training loss where the network predicts the noise.</source>
        <translation>고르게 고른 t에서 측정한 평균입니다. 신경망이 노이즈를 예측하는 경우 학습 손실과 비교할 수 있습니다.</translation>
    </message>
    <message>
        <source>By chance the error may come out a little below the floor: the noise that was drawn is in it. The excess is measured without that noise.</source>
        <translation>뽑힌 노이즈의 영향으로 오차가 우연히 오차 하한보다 조금 작게 나올 수 있습니다. 초과분은 그 영향 없이 측정합니다.</translation>
    </message>
    <message>
        <source>t = {0}</source>
        <translation>t = {0}</translation>
    </message>
    <message>
        <source>At the cursor; ± is the standard error of the mean over x&lt;sub&gt;0&lt;/sub&gt;.</source>
        <translation>커서 위치의 값입니다. ±는 x&lt;sub&gt;0&lt;/sub&gt;에 대한 평균의 표준 오차입니다.</translation>
    </message>
    <message>
        <source>error</source>
        <translation>오차</translation>
    </message>
    <message>
        <source>E ‖ε − ε&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;t&lt;/sub&gt;, t)‖² / D, what training makes smaller.</source>
        <translation>E ‖ε − ε&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;t&lt;/sub&gt;, t)‖² / D, 학습이 줄이는 값입니다.</translation>
    </message>
    <message>
        <source>floor</source>
        <translation>오차 하한</translation>
    </message>
    <message>
        <source>SNR&lt;sub&gt;t&lt;/sub&gt; E Var[x&lt;sub&gt;0&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;] / D: what remains even with the exact denoiser E[x&lt;sub&gt;0&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;].</source>
        <translation>SNR&lt;sub&gt;t&lt;/sub&gt; E Var[x&lt;sub&gt;0&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;] / D: 정확한 디노이저 E[x&lt;sub&gt;0&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;]를 써도 남는 오차입니다.</translation>
    </message>
    <message>
        <source>excess</source>
        <translation>초과분</translation>
    </message>
    <message>
        <source>excess / floor</source>
        <translation>초과분 / 오차 하한</translation>
    </message>
    <message>
        <source>How far the network&apos;s error is above the floor.</source>
        <translation>신경망의 오차가 오차 하한보다 얼마나 큰지를 나타냅니다.</translation>
    </message>
    <message>
        <source>SNR&lt;sub&gt;t&lt;/sub&gt; E ‖E[x&lt;sub&gt;0&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;] − x̂&lt;sub&gt;0&lt;/sub&gt;‖² / D: the part of the error that training can still remove, error − floor, measured directly and so with far less noise.</source>
        <translation>SNR&lt;sub&gt;t&lt;/sub&gt; E ‖E[x&lt;sub&gt;0&lt;/sub&gt; | x&lt;sub&gt;t&lt;/sub&gt;] − x̂&lt;sub&gt;0&lt;/sub&gt;‖² / D: 학습으로 더 줄일 수 있는 오차, 곧 오차 − 오차 하한입니다. 직접 측정하므로 잡음이 훨씬 적습니다.</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>{0} × {1} pixels · {2} frames · {3} s</source>
        <translation>{0} × {1}픽셀 · {2}프레임 · {3}초</translation>
    </message>
    <message>
        <source>A chain is still being computed: {0} frames to go.</source>
        <translation>연쇄를 아직 계산하는 중입니다. 남은 프레임: {0}</translation>
    </message>
    <message>
        <source>{0} frames are not there, as a chain was stopped: choose another range, or compute it again.</source>
        <translation>연쇄가 중지되어 프레임 {0}개가 없습니다. 다른 범위를 고르거나 다시 계산하세요.</translation>
    </message>
    <message>
        <source>Save the animation</source>
        <translation>애니메이션 저장</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Choosing the colours …</source>
        <translation>색을 고르는 중 …</translation>
    </message>
    <message>
        <source>Frame {0} of {1} · {2} MB</source>
        <translation>프레임 {0} / {1} · {2} MB</translation>
    </message>
    <message>
        <source> · {0} s left</source>
        <translation> · {0}초 남음</translation>
    </message>
    <message>
        <source>Saved {0} ({1} MB)</source>
        <translation>{0} 저장됨 ({1} MB)</translation>
    </message>
    <message>
        <source>Cancelled; no file was written.</source>
        <translation>취소했습니다. 파일은 쓰이지 않았습니다.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Export a GIF</source>
        <translation>GIF 내보내기</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>저장…</translation>
    </message>
    <message>
        <source>Open its folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>Preview of the animation</source>
        <translation>애니메이션 미리 보기</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>내보내기 진행 상황</translation>
    </message>
</context>
<context>
    <name>ExportForm</name>
    <message>
        <source>Both chains (as on the screen)</source>
        <translation>두 연쇄 (화면 그대로)</translation>
    </message>
    <message>
        <source>Forward chain q</source>
        <translation>순방향 연쇄 q</translation>
    </message>
    <message>
        <source>Reverse chain pθ</source>
        <translation>역방향 연쇄 pθ</translation>
    </message>
    <message>
        <source>Histograms only</source>
        <translation>히스토그램만</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>그림</translation>
    </message>
    <message>
        <source>From t, to t</source>
        <translation>처음 t, 마지막 t</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>프레임 수</translation>
    </message>
    <message>
        <source>Frames per second</source>
        <translation>초당 프레임</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>너비</translation>
    </message>
    <message>
        <source>Hold the last frame</source>
        <translation>마지막 프레임 유지</translation>
    </message>
    <message>
        <source>First t</source>
        <translation>처음 t</translation>
    </message>
    <message>
        <source>Last t</source>
        <translation>마지막 t</translation>
    </message>
    <message>
        <source>Turn the direction round</source>
        <translation>방향 뒤집기</translation>
    </message>
    <message>
        <source>In one pass, evenly spaced; fewer where the range has fewer steps</source>
        <translation>한 번 지나가는 동안 고르게 나눈 프레임 수입니다. 범위의 단계가 더 적으면 줄어듭니다</translation>
    </message>
    <message>
        <source>A GIF measures time in hundredths of a second; browsers slow down beyond 50</source>
        <translation>GIF는 시간을 100분의 1초 단위로 잽니다. 50을 넘으면 브라우저가 느리게 재생합니다</translation>
    </message>
    <message>
        <source> s</source>
        <translation>초</translation>
    </message>
    <message>
        <source>There and back (ping-pong)</source>
        <translation>왕복 재생</translation>
    </message>
    <message>
        <source>Histograms of xₜ below</source>
        <translation>아래에 xₜ의 히스토그램</translation>
    </message>
    <message>
        <source>Titles, t and legend</source>
        <translation>제목, t, 범례</translation>
    </message>
    <message>
        <source>Sample {0}, as on the screen</source>
        <translation>표본 {0} (화면 그대로)</translation>
    </message>
</context>
<context>
    <name>ExportStage</name>
    <message>
        <source>data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>noise</source>
        <translation>노이즈</translation>
    </message>
    <message>
        <source>forward x&lt;sub&gt;t&lt;/sub&gt;</source>
        <translation>순방향 x&lt;sub&gt;t&lt;/sub&gt;</translation>
    </message>
    <message>
        <source>reverse x&lt;sub&gt;t&lt;/sub&gt;</source>
        <translation>역방향 x&lt;sub&gt;t&lt;/sub&gt;</translation>
    </message>
    <message>
        <source>exact p&lt;sub&gt;t&lt;/sub&gt;</source>
        <translation>정확한 p&lt;sub&gt;t&lt;/sub&gt;</translation>
    </message>
</context>
<context>
    <name>FilmStrip</name>
    <message>
        <source>Film strip of both chains</source>
        <translation>두 연쇄의 필름 스트립</translation>
    </message>
    <message>
        <source>Above the forward chain q, below the reverse chain pθ: click or drag to seek</source>
        <translation>위는 순방향 연쇄 q, 아래는 역방향 연쇄 pθ입니다. 클릭하거나 끌면 그 시점으로 갑니다</translation>
    </message>
</context>
<context>
    <name>HistogramPanel</name>
    <message>
        <source>Histograms of x&lt;sub&gt;t&lt;/sub&gt; against N(0, I)</source>
        <translation>x&lt;sub&gt;t&lt;/sub&gt;의 히스토그램과 N(0, I)</translation>
    </message>
    <message>
        <source>Histograms of x_t</source>
        <translation>x_t의 히스토그램</translation>
    </message>
    <message>
        <source>all pixels</source>
        <translation>모든 픽셀</translation>
    </message>
    <message>
        <source>How the values of x&lt;sub&gt;t&lt;/sub&gt; are distributed: the forward chain (blue, filled), the reverse chain (orange outline), and the density of N(0, 1) (grey dashes).</source>
        <translation>x&lt;sub&gt;t&lt;/sub&gt;의 값이 어떻게 분포하는지 보여 줍니다: 순방향 연쇄(파란색 면), 역방향 연쇄(주황색 선), N(0, 1)의 밀도(회색 점선).</translation>
    </message>
    <message>
        <source>Green, where the data are a Gaussian mixture: the exact density of x&lt;sub&gt;t&lt;/sub&gt;, which is a mixture, too. Dotted for the reverse chain where its t differs.</source>
        <translation>데이터가 가우시안 혼합일 때 초록색: x&lt;sub&gt;t&lt;/sub&gt;의 정확한 밀도로, 이것 역시 가우시안 혼합입니다. 역방향 연쇄의 t가 다르면 그 밀도는 점선으로 그립니다.</translation>
    </message>
    <message>
        <source>Each histogram has 80 bins of width 0.1 over [−4, 4), as densities: its area is 1. Below 2,000 values 2 bins are shown as one, below 500 values 4.</source>
        <translation>각 히스토그램은 [−4, 4)를 너비 0.1인 80개 구간으로 나눈 밀도이며 넓이는 1입니다. 값이 2,000개보다 적으면 2개, 500개보다 적으면 4개의 구간을 하나로 합쳐 보여 줍니다.</translation>
    </message>
    <message>
        <source>The scale is the same on the way to noise and back; it rises in at most two steps towards the data. A peak that is still higher is cut: ▲ gives its height.</source>
        <translation>눈금은 노이즈로 갈 때와 돌아올 때 같고, 데이터에 가까워지면 많아야 두 번 커집니다. 그보다 높은 봉우리는 잘리며 ▲가 그 높이를 알려 줍니다.</translation>
    </message>
    <message>
        <source>{0} % outside ±4</source>
        <translation>±4 밖 {0} %</translation>
    </message>
    <message>
        <source>No forward chain yet</source>
        <translation>아직 순방향 연쇄가 없습니다</translation>
    </message>
    <message>
        <source>Forward chain: t = {0} is not simulated yet (so far: t = {1})</source>
        <translation>순방향 연쇄: t = {0}는 아직 시뮬레이션하지 않았습니다 (지금까지 t = {1})</translation>
    </message>
    <message>
        <source>Reverse chain: t = {0} is not sampled yet (so far: t = {1})</source>
        <translation>역방향 연쇄: t = {0}는 아직 샘플링하지 않았습니다 (지금까지 t = {1})</translation>
    </message>
    <message>
        <source>No reverse chain yet</source>
        <translation>아직 역방향 연쇄가 없습니다</translation>
    </message>
    <message>
        <source>n = {0} values, bins of {1}</source>
        <translation>값 {0}개, 구간 너비 {1}</translation>
    </message>
    <message>
        <source>KS and W₁: fixed random {0} of {1} values</source>
        <translation>KS와 W₁: {1}개 중 고정된 임의의 {0}개 값</translation>
    </message>
</context>
<context>
    <name>HistogramTable</name>
    <message>
        <source>forward</source>
        <translation>순방향</translation>
    </message>
    <message>
        <source>x&lt;sub&gt;t&lt;/sub&gt; of the forward chain q, which turns data into noise</source>
        <translation>데이터를 노이즈로 바꾸는 순방향 연쇄 q의 x&lt;sub&gt;t&lt;/sub&gt;</translation>
    </message>
    <message>
        <source>reverse</source>
        <translation>역방향</translation>
    </message>
    <message>
        <source>x&lt;sub&gt;t&lt;/sub&gt; of the reverse chain p&lt;sub&gt;θ&lt;/sub&gt;, which turns noise into data</source>
        <translation>노이즈를 데이터로 바꾸는 역방향 연쇄 p&lt;sub&gt;θ&lt;/sub&gt;의 x&lt;sub&gt;t&lt;/sub&gt;</translation>
    </message>
    <message>
        <source>Numbers of x_t, compared with N(0, 1)</source>
        <translation>N(0, 1)과 비교한 x_t의 수치</translation>
    </message>
    <message>
        <source>Standard normal noise: what {0} independent draws from N(0, 1) give on average. Even true noise has a distance, as it is a finite sample.</source>
        <translation>표준 정규 노이즈: N(0, 1)에서 독립으로 뽑은 {0}개의 값이 평균적으로 갖는 수치입니다. 진짜 노이즈도 유한한 표본이므로 거리가 0이 아닙니다.</translation>
    </message>
    <message>
        <source>Measured on all {0} values of x&lt;sub&gt;t&lt;/sub&gt;.</source>
        <translation>x&lt;sub&gt;t&lt;/sub&gt;의 값 {0}개 모두로 쟀습니다.</translation>
    </message>
    <message>
        <source>Exact for all {0} values (not taken from the bins).</source>
        <translation>값 {0}개 모두로 정확히 계산했습니다(구간에서 얻은 값이 아닙니다).</translation>
    </message>
    <message>
        <source>Measured on {0} of the {1} values: a random subset, the same at every t.</source>
        <translation>값 {1}개 중 {0}개로 쟀습니다. 모든 t에서 같은 임의의 부분집합입니다.</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>평균</translation>
    </message>
    <message>
        <source>&lt;b&gt;Mean&lt;/b&gt; m = (1/n) ∑ x&lt;sub&gt;i&lt;/sub&gt;. N(0, 1) has 0.</source>
        <translation>&lt;b&gt;평균&lt;/b&gt; m = (1/n) ∑ x&lt;sub&gt;i&lt;/sub&gt;. N(0, 1)에서는 0입니다.</translation>
    </message>
    <message>
        <source>std</source>
        <translation>표준편차</translation>
    </message>
    <message>
        <source>&lt;b&gt;Standard deviation&lt;/b&gt; √((1/n) ∑ (x&lt;sub&gt;i&lt;/sub&gt; − m)²). N(0, 1) has 1.</source>
        <translation>&lt;b&gt;표준편차&lt;/b&gt; √((1/n) ∑ (x&lt;sub&gt;i&lt;/sub&gt; − m)²). N(0, 1)에서는 1입니다.</translation>
    </message>
    <message>
        <source>&lt;b&gt;Kolmogorov–Smirnov distance&lt;/b&gt; to N(0, 1): sup |F&lt;sub&gt;n&lt;/sub&gt;(u) − Φ(u)|, the largest gap between the share of values below u and the share that N(0, 1) has there. Between 0 and 1.</source>
        <translation>N(0, 1)까지의 &lt;b&gt;콜모고로프–스미르노프 거리&lt;/b&gt;: sup |F&lt;sub&gt;n&lt;/sub&gt;(u) − Φ(u)|. u보다 작은 값의 비율과 N(0, 1)의 그 비율 사이의 가장 큰 차이이며 0과 1 사이입니다.</translation>
    </message>
    <message>
        <source>&lt;b&gt;1-Wasserstein distance&lt;/b&gt; to N(0, 1): ∫ |F&lt;sub&gt;n&lt;/sub&gt;(u) − Φ(u)| du, how far values must move on average to become N(0, 1).</source>
        <translation>N(0, 1)까지의 &lt;b&gt;1-바서슈타인 거리&lt;/b&gt;: ∫ |F&lt;sub&gt;n&lt;/sub&gt;(u) − Φ(u)| du. N(0, 1)이 되려면 값들이 평균적으로 얼마나 움직여야 하는지를 뜻합니다.</translation>
    </message>
    <message>
        <source>&lt;b&gt;p-value&lt;/b&gt; of the KS distance above: how often {0} independent draws from N(0, 1) lie at least as far away. It takes the sample&apos;s size into account.</source>
        <translation>위 KS 거리의 &lt;b&gt;p-값&lt;/b&gt;: N(0, 1)에서 독립으로 뽑은 값 {0}개가 이만큼 또는 더 멀리 있을 확률. 표본의 크기를 고려합니다.</translation>
    </message>
    <message>
        <source>Small, say below 0.01: x&lt;sub&gt;t&lt;/sub&gt; is not N(0, 1).</source>
        <translation>작으면, 이를테면 0.01보다 작으면 x&lt;sub&gt;t&lt;/sub&gt;는 N(0, 1)이 아닙니다.</translation>
    </message>
    <message>
        <source>&lt;b&gt;Kolmogorov–Smirnov distance&lt;/b&gt; to the exact p&lt;sub&gt;t&lt;/sub&gt; (the green curve), each chain at its own t: sup |F&lt;sub&gt;n&lt;/sub&gt;(u) − F&lt;sub&gt;t&lt;/sub&gt;(u)|.</source>
        <translation>정확한 p&lt;sub&gt;t&lt;/sub&gt;(초록색 곡선)까지의 &lt;b&gt;콜모고로프–스미르노프 거리&lt;/b&gt;, 연쇄마다 자신의 t에서: sup |F&lt;sub&gt;n&lt;/sub&gt;(u) − F&lt;sub&gt;t&lt;/sub&gt;(u)|.</translation>
    </message>
    <message>
        <source>&lt;b&gt;p-value&lt;/b&gt; of that distance: how often {0} independent draws from the exact p&lt;sub&gt;t&lt;/sub&gt; lie at least as far away.</source>
        <translation>그 거리의 &lt;b&gt;p-값&lt;/b&gt;: 정확한 p&lt;sub&gt;t&lt;/sub&gt;에서 독립으로 뽑은 값 {0}개가 이만큼 또는 더 멀리 있을 확률.</translation>
    </message>
    <message>
        <source>For the forward chain any value is as likely as any other. Small for the reverse chain: it has not learned p&lt;sub&gt;t&lt;/sub&gt; to this precision.</source>
        <translation>순방향 연쇄에서는 어떤 값이든 똑같이 나올 수 있습니다. 역방향 연쇄에서 작으면, p&lt;sub&gt;t&lt;/sub&gt;를 이 정밀도까지 배우지 못한 것입니다.</translation>
    </message>
</context>
<context>
    <name>HubDialog</name>
    <message>
        <source>Asking the hub what there is …</source>
        <translation>허브에 무엇이 있는지 묻는 중 …</translation>
    </message>
    <message>
        <source>{0}: {1} of {2} MB in all</source>
        <translation>{0}: 전체 {2} MB 중 {1} MB</translation>
    </message>
    <message>
        <source> · {0} s left</source>
        <translation> · {0}초 남음</translation>
    </message>
    <message>
        <source>Open from the Hugging Face hub</source>
        <translation>Hugging Face 허브에서 열기</translation>
    </message>
    <message>
        <source>Settings and weights of a model of diffusers are fetched, no code. They are kept: another time they are there at once.</source>
        <translation>diffusers 모델의 설정과 가중치만 받고 코드는 받지 않습니다. 받은 것은 남겨 두므로 다음에는 바로 열립니다.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Name of the model, owner/name</source>
        <translation>모델의 이름, 소유자/이름</translation>
    </message>
    <message>
        <source>owner/name, or the address of the model&apos;s page</source>
        <translation>소유자/이름, 또는 모델 페이지의 주소</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Stop; files that are whole are kept (Esc)</source>
        <translation>멈춤. 다 받은 파일은 남습니다 (Esc)</translation>
    </message>
    <message>
        <source>Fetch and open</source>
        <translation>받아서 열기</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>There is a data set of this name already.</source>
        <translation>같은 이름의 데이터 세트가 이미 있습니다.</translation>
    </message>
    <message>
        <source>{0} images</source>
        <translation>이미지 {0}장</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>회색조</translation>
    </message>
    <message>
        <source>colour</source>
        <translation>컬러</translation>
    </message>
    <message>
        <source>{0} classes: {1}</source>
        <translation>클래스 {0}개: {1}</translation>
    </message>
    <message>
        <source>with labels</source>
        <translation>레이블 있음</translation>
    </message>
    <message>
        <source>no classes</source>
        <translation>클래스 없음</translation>
    </message>
    <message>
        <source>The lower row is mirrored.</source>
        <translation>아래 줄은 좌우를 뒤집은 것입니다.</translation>
    </message>
    <message>
        <source>Import a data set</source>
        <translation>데이터 세트 가져오기</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>가져오기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>The first images, as they will be imported</source>
        <translation>가져올 모습 그대로의 처음 이미지들</translation>
    </message>
    <message>
        <source>Looking into it …</source>
        <translation>살펴보는 중…</translation>
    </message>
</context>
<context>
    <name>ImportForm</name>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Size in pixels</source>
        <translation>크기(픽셀)</translation>
    </message>
    <message>
        <source>Not square</source>
        <translation>정사각형이 아니면</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>색</translation>
    </message>
    <message>
        <source>Keep the middle</source>
        <translation>가운데만 남기기</translation>
    </message>
    <message>
        <source>Stretch</source>
        <translation>늘이기</translation>
    </message>
    <message>
        <source>Pad with black</source>
        <translation>검게 채우기</translation>
    </message>
    <message>
        <source>As in the file</source>
        <translation>파일 그대로</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>컬러</translation>
    </message>
    <message>
        <source>Grey</source>
        <translation>회색조</translation>
    </message>
    <message>
        <source>Training may mirror them</source>
        <translation>학습할 때 좌우를 뒤집어도 됨</translation>
    </message>
    <message>
        <source>What the data set is called in lists and in model files</source>
        <translation>목록과 모델 파일에서 쓰는 데이터 세트의 이름</translation>
    </message>
    <message>
        <source>A side of the square images, from {0} to {1}; 32 and 64 train fast</source>
        <translation>정사각형 이미지의 한 변, {0}부터 {1}까지. 32와 64는 빨리 학습됩니다</translation>
    </message>
    <message>
        <source>What becomes of an image that is not square</source>
        <translation>정사각형이 아닌 이미지를 다루는 방법</translation>
    </message>
    <message>
        <source>Three channels, or one</source>
        <translation>채널 세 개 또는 한 개</translation>
    </message>
    <message>
        <source>Half of the images that a training draws are mirrored, left for right: right for faces and things, wrong for letters and digits</source>
        <translation>학습이 뽑는 이미지의 절반을 좌우로 뒤집습니다. 얼굴과 사물에는 알맞고 글자와 숫자에는 맞지 않습니다</translation>
    </message>
</context>
<context>
    <name>LossPlot</name>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>The running mean of the loss at the last step</source>
        <translation>마지막 스텝에서 손실의 이동 평균</translation>
    </message>
    <message>
        <source>log x</source>
        <translation>로그 x</translation>
    </message>
    <message>
        <source>Steps on a logarithmic axis</source>
        <translation>스텝을 로그 축으로</translation>
    </message>
    <message>
        <source>log y</source>
        <translation>로그 y</translation>
    </message>
    <message>
        <source>Loss on a logarithmic axis</source>
        <translation>손실을 로그 축으로</translation>
    </message>
    <message>
        <source>The loss of every step appears here.</source>
        <translation>스텝마다의 손실이 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>Loss over training steps</source>
        <translation>학습 스텝에 따른 손실</translation>
    </message>
    <message>
        <source>The mean square difference between what the network predicts and its target, over a batch: every step faint, the running mean strong.</source>
        <translation>신경망의 예측과 목표의 차이를 배치에서 제곱 평균한 값: 스텝마다의 값은 흐리게, 이동 평균은 진하게.</translation>
    </message>
    <message>
        <source>It never falls to 0: the noise in x&lt;sub&gt;t&lt;/sub&gt; cannot be known exactly. That it is flat does not mean that the samples no longer improve.</source>
        <translation>0까지 내려가지는 않습니다: x&lt;sub&gt;t&lt;/sub&gt; 속의 노이즈를 정확히 알 수는 없기 때문입니다. 평평하다고 해서 표본이 더 나아지지 않는 것은 아닙니다.</translation>
    </message>
</context>
<context>
    <name>MainScreen</name>
    <message>
        <source>from data: {0}, class {1}</source>
        <translation>데이터에서 시작: {0}, 클래스 {1}</translation>
    </message>
    <message>
        <source>from data: {0}</source>
        <translation>데이터에서 시작: {0}</translation>
    </message>
    <message>
        <source>from the model&apos;s own samples: “{0}” is not here</source>
        <translation>모델 자신의 표본에서 시작 (“{0}” 데이터가 여기에 없음)</translation>
    </message>
    <message>
        <source>from the model&apos;s own samples</source>
        <translation>모델 자신의 표본에서 시작</translation>
    </message>
    <message>
        <source>{0} of {1} steps, {2} s left</source>
        <translation>{1}단계 중 {0}단계, {2}초 남음</translation>
    </message>
    <message>
        <source>{0} of {1} MB of the model are read</source>
        <translation>모델 {1} MB 중 {0} MB를 읽었습니다</translation>
    </message>
    <message>
        <source>Open models</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>Models (*.safetensors *.pt *.pth *.ckpt *.bin model_index.json config.json);;All files (*)</source>
        <translation>모델 (*.safetensors *.pt *.pth *.ckpt *.bin model_index.json config.json);;모든 파일 (*)</translation>
    </message>
</context>
<context>
    <name>Measure</name>
    <message>
        <source>Error: {0} training images at {1} of {2} t · bound: {3} held-out images at every t · seed {4}</source>
        <translation>오차: 학습 이미지 {0}장, t {2}개 중 {1}개 · 변분 상한: 학습에 쓰지 않은 이미지 {3}장, 모든 t · 시드 {4}</translation>
    </message>
    <message>
        <source>Error: {0} samples at {1} of {2} t · bound: {3} samples at every t · seed {4}</source>
        <translation>오차: 표본 {0}개, t {2}개 중 {1}개 · 변분 상한: 표본 {3}개, 모든 t · 시드 {4}</translation>
    </message>
    <message>
        <source>The smallest possible error is not known exactly for this data set: the curve alone does not tell how much there is left to learn.</source>
        <translation>이 데이터에서는 가능한 가장 작은 오차를 정확히 알 수 없습니다. 곡선만으로는 더 학습할 것이 얼마나 남았는지 알 수 없습니다.</translation>
    </message>
    <message>
        <source>The network&apos;s error is {0} % above the floor that no network can beat. Half of that excess lies at t ≤ {1}.</source>
        <translation>신경망의 오차는 어떤 신경망도 그 아래로 내려갈 수 없는 오차 하한보다 {0} % 큽니다. 초과분의 절반은 t ≤ {1}에 있습니다.</translation>
    </message>
    <message>
        <source>On training images the network&apos;s error is {0} % above their floor, which only a network that has learned them by heart comes down to. Half of that excess lies at t ≤ {1}.</source>
        <translation>학습 이미지에서 신경망의 오차는 오차 하한보다 {0} % 큽니다. 이 하한에는 학습 이미지를 통째로 외운 신경망만이 도달합니다. 초과분의 절반은 t ≤ {1}에 있습니다.</translation>
    </message>
    <message>
        <source>Percent: the mean of the excess over all measured t, divided by the mean of the floor.</source>
        <translation>퍼센트: 측정한 모든 t에 대한 초과분의 평균을 오차 하한의 평균으로 나눈 값입니다.</translation>
    </message>
    <message>
        <source>Half: the excess is summed from t = 1 on; there the sum comes to half of the whole.</source>
        <translation>절반: 초과분을 t = 1부터 더해 갈 때 합이 전체의 절반에 이르는 t입니다.</translation>
    </message>
    <message>
        <source>A loss that no longer falls has converged where the excess is small against the floor.</source>
        <translation>초과분이 오차 하한에 비해 작은 곳에서는, 더 줄지 않는 손실은 수렴한 것입니다.</translation>
    </message>
    <message>
        <source>New images need a network that stays above this floor: it is that of the finite training set, and not that of all digits.</source>
        <translation>새로운 이미지를 만들려면 신경망의 오차가 이 하한보다 위에 있어야 합니다. 이것은 모든 숫자가 아니라 유한한 학습 데이터의 하한이기 때문입니다.</translation>
    </message>
    <message>
        <source>The floor is that of the data&apos;s exact law.</source>
        <translation>오차 하한은 데이터의 정확한 분포에서 구한 것입니다.</translation>
    </message>
    <message>
        <source>Measured on training images; the floor is that of this finite set.</source>
        <translation>학습 이미지에서 측정했습니다. 오차 하한도 이 유한한 데이터의 것입니다.</translation>
    </message>
    <message>
        <source>The floor is not known exactly for this data set.</source>
        <translation>이 데이터의 오차 하한은 정확히 알려져 있지 않습니다.</translation>
    </message>
    <message>
        <source>L₀ is a density: bits/dim depend on the data&apos;s unit and may be negative.</source>
        <translation>L₀는 밀도입니다. bits/dim은 데이터의 단위에 따라 달라지며 음수일 수 있습니다.</translation>
    </message>
    <message>
        <source>Held-out images, coded losslessly with {0} grey levels per pixel.</source>
        <translation>학습에 쓰지 않은 이미지, 픽셀마다 {0}단계 밝기로 무손실 부호화.</translation>
    </message>
    <message>
        <source>This takes about half a minute.</source>
        <translation>30초쯤 걸립니다.</translation>
    </message>
    <message>
        <source>This takes about ten seconds.</source>
        <translation>10초쯤 걸립니다.</translation>
    </message>
    <message>
        <source>How good is this model, and where in t?</source>
        <translation>이 모델은 얼마나 좋으며, 어느 t에서 그런가요?</translation>
    </message>
    <message>
        <source>The &lt;b&gt;denoising error&lt;/b&gt; at every t, beside the floor that no network can beat where that is known: has a flat loss converged?</source>
        <translation>t별 &lt;b&gt;노이즈 제거 오차&lt;/b&gt;를, 알려진 경우 어떤 신경망도 그 아래로 내려갈 수 없는 오차 하한과 나란히 봅니다. 평평해진 손실은 수렴한 것일까요?</translation>
    </message>
    <message>
        <source>The &lt;b&gt;variational bound&lt;/b&gt; on −ln p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;0&lt;/sub&gt;), term by term, in nats and bits per dimension.</source>
        <translation>−ln p&lt;sub&gt;θ&lt;/sub&gt;(x&lt;sub&gt;0&lt;/sub&gt;)의 &lt;b&gt;변분 상한&lt;/b&gt;을 항별로, nats와 차원당 비트(bits/dim)로 봅니다.</translation>
    </message>
</context>
<context>
    <name>MeasureDialog</name>
    <message>
        <source>Measuring …</source>
        <translation>측정하는 중 …</translation>
    </message>
    <message>
        <source>Cancelled: this is what was known by then.</source>
        <translation>취소했습니다. 그때까지 측정한 결과입니다.</translation>
    </message>
    <message>
        <source>Loading the model …</source>
        <translation>모델을 불러오는 중 …</translation>
    </message>
    <message>
        <source>Measuring the denoising error …</source>
        <translation>노이즈 제거 오차를 측정하는 중 …</translation>
    </message>
    <message>
        <source>Measuring the bound …</source>
        <translation>변분 상한을 측정하는 중 …</translation>
    </message>
    <message>
        <source> · {0} s left</source>
        <translation> · {0}초 남음</translation>
    </message>
    <message>
        <source>Measure the model</source>
        <translation>모델 측정</translation>
    </message>
    <message>
        <source>Progress of the measurement</source>
        <translation>측정 진행 상황</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>열린 모델이 없습니다.</translation>
    </message>
    <message>
        <source>To measure a model one must know its data.</source>
        <translation>모델을 측정하려면 어떤 데이터로 학습했는지 알아야 합니다.</translation>
    </message>
    <message>
        <source>{0}  ·  data: {1}</source>
        <translation>{0}  ·  데이터: {1}</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>다시 측정</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>측정</translation>
    </message>
    <message>
        <source>Measure with other random numbers: what changes is noise</source>
        <translation>다른 난수로 측정합니다. 달라지는 만큼이 측정 잡음입니다</translation>
    </message>
    <message>
        <source>Measure the denoising error and the bound of this model</source>
        <translation>이 모델의 노이즈 제거 오차와 변분 상한을 측정합니다</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Stop measuring; what is known by now stays</source>
        <translation>측정을 멈춥니다. 지금까지의 결과는 남습니다</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Close (Esc); a measurement that is going on ends</source>
        <translation>닫기 (Esc). 진행 중인 측정은 끝납니다</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Playback</source>
        <translation>재생(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Open model…</source>
        <translation>모델 열기(&amp;O)…</translation>
    </message>
    <message>
        <source>Open from the &amp;Hugging Face hub…</source>
        <translation>&amp;Hugging Face 허브에서 열기…</translation>
    </message>
    <message>
        <source>&amp;Save a copy as a DDPM Studio model…</source>
        <translation>DDPM Studio 모델로 사본 저장(&amp;S)…</translation>
    </message>
    <message>
        <source>Export &amp;for diffusers…</source>
        <translation>diffusers용으로 내보내기(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Watch a training…</source>
        <translation>학습 지켜보기(&amp;W)…</translation>
    </message>
    <message>
        <source>&amp;Export GIF…</source>
        <translation>GIF 내보내기(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Data sets…</source>
        <translation>데이터 세트(&amp;D)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>끝내기(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Look at a model</source>
        <translation>모델 보기(&amp;L)</translation>
    </message>
    <message>
        <source>T&amp;rain a model</source>
        <translation>모델 학습(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;New seed</source>
        <translation>새 시드(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Measure the model…</source>
        <translation>모델 측정(&amp;M)…</translation>
    </message>
    <message>
        <source>&amp;How the reverse chain is sampled…</source>
        <translation>역방향 연쇄의 샘플링 방법(&amp;H)…</translation>
    </message>
    <message>
        <source>Dark or light &amp;theme</source>
        <translation>어두운/밝은 테마(&amp;T)</translation>
    </message>
    <message>
        <source>Theme of the &amp;system</source>
        <translation>시스템 테마(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>전체 화면(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;About DDPM Studio</source>
        <translation>DDPM Studio 정보(&amp;A)</translation>
    </message>
    <message>
        <source>About DDPM Studio</source>
        <translation>DDPM Studio 정보</translation>
    </message>
    <message>
        <source>&lt;h3&gt;DDPM Studio {0}&lt;/h3&gt;&lt;p&gt;See a denoising diffusion probabilistic model work: both Markov chains, step by step.&lt;/p&gt;&lt;p&gt;After Ho, Jain and Abbeel, &lt;i&gt;Denoising Diffusion Probabilistic Models&lt;/i&gt;, 2020.&lt;/p&gt;&lt;p&gt;Handwritten digits: E. Alpaydin and C. Kaynak, UCI Machine Learning Repository, CC BY 4.0.&lt;/p&gt;</source>
        <translation>&lt;h3&gt;DDPM Studio {0}&lt;/h3&gt;&lt;p&gt;확산 확률 모델(DDPM)이 일하는 모습을 봅니다: 두 마르코프 연쇄를 한 단계씩.&lt;/p&gt;&lt;p&gt;Ho, Jain, Abbeel, &lt;i&gt;Denoising Diffusion Probabilistic Models&lt;/i&gt;, 2020을 따릅니다.&lt;/p&gt;&lt;p&gt;손글씨 숫자: E. Alpaydin, C. Kaynak, UCI Machine Learning Repository, CC BY 4.0.&lt;/p&gt;</translation>
    </message>
</context>
<context>
    <name>NewFolderDialog</name>
    <message>
        <source>Where the new folder shall be</source>
        <translation>새 폴더를 둘 곳</translation>
    </message>
    <message>
        <source>Export for diffusers</source>
        <translation>diffusers용으로 내보내기</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>새 폴더</translation>
    </message>
    <message>
        <source>In</source>
        <translation>위치</translation>
    </message>
    <message>
        <source>Its name; a folder that exists is never replaced</source>
        <translation>폴더 이름. 이미 있는 폴더는 덮어쓰지 않습니다</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>고르기…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>내보내기</translation>
    </message>
    <message>
        <source>Write the model as a folder that diffusers opens</source>
        <translation>diffusers가 여는 폴더로 모델을 씁니다</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Close without exporting (Esc)</source>
        <translation>내보내지 않고 닫기 (Esc)</translation>
    </message>
</context>
<context>
    <name>NoiseSlider</name>
    <message>
        <source>data x₀</source>
        <translation>데이터 x₀</translation>
    </message>
    <message>
        <source>noise N(0, I)</source>
        <translation>노이즈 N(0, I)</translation>
    </message>
</context>
<context>
    <name>OpeningBar</name>
    <message>
        <source>Opening {0}</source>
        <translation>{0} 여는 중</translation>
    </message>
    <message>
        <source>Opening {0}: {1} of {2} MB</source>
        <translation>{0} 여는 중: {2} MB 중 {1} MB</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Stay with the present model</source>
        <translation>지금 모델을 그대로 둡니다</translation>
    </message>
    <message>
        <source>Progress of opening the model</source>
        <translation>모델 열기 진행률</translation>
    </message>
</context>
<context>
    <name>PageSwitch</name>
    <message>
        <source>Look</source>
        <translation>관찰</translation>
    </message>
    <message>
        <source>Look at a model: both chains at one t (Ctrl+1)</source>
        <translation>모델 보기: 같은 t의 두 연쇄 (Ctrl+1)</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>Train a model, and watch it learn (Ctrl+2)</source>
        <translation>모델을 학습시키며 지켜보기 (Ctrl+2)</translation>
    </message>
</context>
<context>
    <name>PointAxes</name>
    <message>
        <source>exact pₜ</source>
        <translation>정확한 pₜ</translation>
    </message>
</context>
<context>
    <name>Problem</name>
    <message>
        <source>There is not enough memory: choose fewer samples or a smaller picture.</source>
        <translation>메모리가 부족합니다. 표본 수를 줄이거나 더 작은 그림을 고르세요.</translation>
    </message>
    <message>
        <source>The device has not enough memory: choose fewer samples, or compute on the CPU.</source>
        <translation>장치의 메모리가 부족합니다. 표본 수를 줄이거나 CPU에서 계산하세요.</translation>
    </message>
    <message>
        <source>Something unexpected happened: {0}</source>
        <translation>예상하지 못한 일이 일어났습니다: {0}</translation>
    </message>
    <message>
        <source>This model cannot be opened. {0}</source>
        <translation>이 모델을 열 수 없습니다. {0}</translation>
    </message>
    <message>
        <source>This schedule is not possible. {0}</source>
        <translation>이 스케줄은 쓸 수 없습니다. {0}</translation>
    </message>
    <message>
        <source>The data that the model was trained on are not here. {0}</source>
        <translation>모델을 학습한 데이터가 여기에 없습니다. {0}</translation>
    </message>
    <message>
        <source>“{path}” is a folder: choose a file name inside it.</source>
        <translation>“{path}”은(는) 폴더입니다. 그 안의 파일 이름을 고르세요.</translation>
    </message>
    <message>
        <source>The folder of “{path}” does not exist: create it or choose another folder.</source>
        <translation>“{path}”의 폴더가 없습니다. 폴더를 만들거나 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>“{path}” may not be written: choose another folder or change its permissions.</source>
        <translation>“{path}”에 쓸 권한이 없습니다. 다른 폴더를 고르거나 권한을 바꾸세요.</translation>
    </message>
    <message>
        <source>“{path}” is write-protected: choose another name or remove the protection.</source>
        <translation>“{path}”은(는) 쓰기 금지되어 있습니다. 다른 이름을 고르거나 쓰기 금지를 푸세요.</translation>
    </message>
    <message>
        <source>“{path}” is a device or a pipe, not a file: choose another name.</source>
        <translation>“{path}”은(는) 파일이 아니라 장치나 파이프입니다. 다른 이름을 고르세요.</translation>
    </message>
    <message>
        <source>“{path}” is a link that leads back to itself: choose another name.</source>
        <translation>“{path}”은(는) 자기 자신으로 돌아오는 링크입니다. 다른 이름을 고르세요.</translation>
    </message>
    <message>
        <source>“{path}” is not a possible file name here: choose another, shorter name.</source>
        <translation>“{path}”은(는) 여기서 쓸 수 없는 파일 이름입니다. 다른, 더 짧은 이름을 고르세요.</translation>
    </message>
    <message>
        <source>The disk is full: “{path}” was not saved. Free {megabytes} MB and try again; nothing was changed.</source>
        <translation>디스크가 가득 찼습니다. “{path}”은(는) 저장되지 않았고 바뀐 것은 없습니다. {megabytes} MB를 비우고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>“{path}” grew larger than this disk allows: save it on another disk.</source>
        <translation>“{path}”이(가) 이 디스크가 허용하는 크기를 넘었습니다. 다른 디스크에 저장하세요.</translation>
    </message>
    <message>
        <source>“{path}” is open in another program: close it there and try again.</source>
        <translation>“{path}”이(가) 다른 프로그램에서 열려 있습니다. 그곳에서 닫고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>“{path}” was not saved ({detail}): try again or choose another folder.</source>
        <translation>“{path}”은(는) 저장되지 않았습니다({detail}). 다시 시도하거나 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>There is no model {name!r}; bundled are {names}.</source>
        <translation>{name!r}(이)라는 모델이 없습니다. 함께 제공되는 모델은 {names}입니다.</translation>
    </message>
    <message>
        <source>its description holds {name}, which is not a number</source>
        <translation>설명에 수가 아닌 {name}이(가) 들어 있습니다</translation>
    </message>
    <message>
        <source>its description is unreasonably long</source>
        <translation>설명이 지나치게 깁니다</translation>
    </message>
    <message>
        <source>its description is damaged</source>
        <translation>설명이 손상되었습니다</translation>
    </message>
    <message>
        <source>it says the same thing twice</source>
        <translation>같은 항목이 두 번 나옵니다</translation>
    </message>
    <message>
        <source>its description has no valid {key!r}</source>
        <translation>설명에 올바른 {key!r} 항목이 없습니다</translation>
    </message>
    <message>
        <source>its {key} {found!r} is not one of {allowed}</source>
        <translation>{key} 값 {found!r}은(는) 다음 가운데 하나가 아닙니다: {allowed}</translation>
    </message>
    <message>
        <source>its {key} must be positive, not {number:g}</source>
        <translation>{key} 값은 양수여야 하는데 {number:g}입니다</translation>
    </message>
    <message>
        <source>it was not written by DDPM Studio</source>
        <translation>DDPM Studio가 만든 파일이 아닙니다</translation>
    </message>
    <message>
        <source>it has format version {found!r}, and this application reads version {known}; a newer DDPM Studio may open it</source>
        <translation>파일의 형식 버전은 {found!r}인데 이 프로그램은 버전 {known}만 읽습니다. 더 새로운 DDPM Studio에서는 열릴 수 있습니다</translation>
    </message>
    <message>
        <source>its configuration is not valid: {reason}</source>
        <translation>설정이 올바르지 않습니다: {reason}</translation>
    </message>
    <message>
        <source>its network makes samples of shape {made}, and {data_set} are {wanted}</source>
        <translation>신경망이 만드는 표본의 모양은 {made}인데 {data_set} 데이터의 모양은 {wanted}입니다</translation>
    </message>
    <message>
        <source>{path} is not a file but a folder or a device.</source>
        <translation>“{path}”은(는) 파일이 아니라 폴더나 장치입니다.</translation>
    </message>
    <message>
        <source>{file} is larger than any model this application opens.</source>
        <translation>“{file}”은(는) 이 프로그램이 열 수 있는 모델보다 큽니다.</translation>
    </message>
    <message>
        <source>{file} holds weights that are not 32-bit numbers.</source>
        <translation>“{file}”에 32비트 수가 아닌 가중치가 들어 있습니다.</translation>
    </message>
    <message>
        <source>{file} is damaged: it is cut short or has been changed.</source>
        <translation>“{file}”이(가) 손상되었습니다. 중간에서 잘렸거나 내용이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>{file} is not a model that can be opened: {reason}.</source>
        <translation>“{file}”은(는) 열 수 있는 모델이 아닙니다: {reason}.</translation>
    </message>
    <message>
        <source>There is no file {path}.</source>
        <translation>“{path}” 파일이 없습니다.</translation>
    </message>
    <message>
        <source>{path} cannot be opened: {reason}.</source>
        <translation>“{path}”을(를) 열 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>“{path}”을(를) 읽을 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>{file} is damaged: its list of tensors is not valid.</source>
        <translation>“{file}”이(가) 손상되었습니다. 텐서 목록이 올바르지 않습니다.</translation>
    </message>
    <message>
        <source>{file} is not a model file of DDPM Studio, or it is cut short.</source>
        <translation>“{file}”은(는) DDPM Studio의 모델 파일이 아니거나 중간에서 잘렸습니다.</translation>
    </message>
    <message>
        <source>{file} is damaged: its weights do not fit the network it describes.</source>
        <translation>“{file}”이(가) 손상되었습니다. 가중치가 파일에 적힌 신경망과 맞지 않습니다.</translation>
    </message>
    <message>
        <source>{file} changed while it was being opened.</source>
        <translation>“{file}”을(를) 여는 동안 파일이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>{file} holds weights that are not finite (NaN or infinity).</source>
        <translation>“{file}”에 유한하지 않은 가중치(NaN이나 무한대)가 들어 있습니다.</translation>
    </message>
    <message>
        <source>This machine cannot compute on {device!r}; leave --device out to use the CPU.</source>
        <translation>이 컴퓨터에서는 {device!r} 장치로 계산할 수 없습니다. CPU를 쓰려면 --device를 빼세요.</translation>
    </message>
    <message>
        <source>There is no data set named {name!r}; there are {names}.</source>
        <translation>{name!r}(이)라는 데이터가 없습니다. 있는 데이터는 {names}입니다.</translation>
    </message>
    <message>
        <source>The reverse chain is not finite at t = {t}. Its numbers grew without limit: try another seed or another model.</source>
        <translation>t = {t}에서 역방향 연쇄의 값이 유한하지 않습니다. 수가 한없이 커졌으니 다른 시드나 다른 모델로 시도하세요.</translation>
    </message>
    <message>
        <source>T must be a whole number of steps, not {T}.</source>
        <translation>T는 정수 단계 수여야 하는데 {T}입니다.</translation>
    </message>
    <message>
        <source>T must lie between 1 and {most}, not {T}.</source>
        <translation>T는 1과 {most} 사이여야 하는데 {T}입니다.</translation>
    </message>
    <message>
        <source>{name} must be a number between 0 and 1, not {value}.</source>
        <translation>{name}은(는) 0과 1 사이의 수여야 하는데 {value}입니다.</translation>
    </message>
    <message>
        <source>{name} must lie strictly between 0 and 1, not {value}.</source>
        <translation>{name}은(는) 0보다 크고 1보다 작아야 하는데 {value}입니다.</translation>
    </message>
    <message>
        <source>{file} has changed since it was opened: open it again.</source>
        <translation>{file} 파일이 연 뒤에 바뀌었습니다. 다시 여세요.</translation>
    </message>
    <message>
        <source>it wants to import {name}, which could run code; a file of its weights alone, as state_dict() gives them, can be opened</source>
        <translation>{name}을(를) 불러오려 하는데 이는 코드를 실행할 수 있습니다; state_dict()가 주는 가중치만 담은 파일은 열 수 있습니다</translation>
    </message>
    <message>
        <source>The network&apos;s answer at t = {t} is not a finite number: this model cannot be measured.</source>
        <translation>t = {t}에서 신경망의 출력이 유한한 수가 아닙니다. 이 모델은 측정할 수 없습니다.</translation>
    </message>
    <message>
        <source>{file} is a picture, not a model; to train on pictures, import the folder they are in.</source>
        <translation>{file}은(는) 모델이 아니라 그림입니다. 그림으로 학습하려면 그림이 든 폴더를 가져오세요.</translation>
    </message>
    <message>
        <source>--eta belongs to DDIM: give --sampler ddim, too, or leave it out.</source>
        <translation>--eta는 DDIM에 쓰입니다: --sampler ddim도 함께 주거나 --eta를 빼십시오.</translation>
    </message>
    <message>
        <source>Say what to train: --preset NAME or --config FILE.json.</source>
        <translation>무엇을 학습할지 정해 주십시오: --preset 이름 또는 --config 파일.json.</translation>
    </message>
    <message>
        <source>{path} is no checkout of pytorch-ddpm.</source>
        <translation>{path}에는 pytorch-ddpm의 소스가 없습니다.</translation>
    </message>
    <message>
        <source>The betas must be a list of numbers, not {betas}.</source>
        <translation>베타는 수의 목록이어야 하는데 {betas}입니다.</translation>
    </message>
    <message>
        <source>alpha_bar_{t} = {value} must lie between 0 and the one before it, {before}.</source>
        <translation>alpha_bar_{t} = {value}은(는) 0과 바로 앞의 값 {before} 사이에 있어야 합니다.</translation>
    </message>
    <message>
        <source>A chain of {T} steps can be sampled in 1 to {T} of them, not in {steps}.</source>
        <translation>{T}단계의 연쇄는 1에서 {T} 사이의 단계 수로 샘플링할 수 있는데 {steps}입니다.</translation>
    </message>
    <message>
        <source>Unknown sampler {kind}: it must be one of {kinds}.</source>
        <translation>알 수 없는 샘플러 {kind}: 다음 중 하나여야 합니다: {kinds}.</translation>
    </message>
    <message>
        <source>Unknown variance {variance}: it must be one of {variances}.</source>
        <translation>알 수 없는 분산 {variance}: 다음 중 하나여야 합니다: {variances}.</translation>
    </message>
    <message>
        <source>eta must be a number from 0 to 1, not {eta}.</source>
        <translation>eta는 0에서 1 사이의 수여야 하는데 {eta}입니다.</translation>
    </message>
    <message>
        <source>The number of steps must be a whole number from 1 on, not {steps}.</source>
        <translation>단계 수는 1 이상의 정수여야 하는데 {steps}입니다.</translation>
    </message>
    <message>
        <source>Unknown schedule {kind}: it must be one of {kinds}.</source>
        <translation>알 수 없는 스케줄 {kind}: 다음 중 하나여야 합니다: {kinds}.</translation>
    </message>
    <message>
        <source>This schedule needs both beta_1 and beta_T.</source>
        <translation>이 스케줄에는 beta_1과 beta_T가 모두 필요합니다.</translation>
    </message>
    <message>
        <source>A constant schedule needs beta_1, the beta of every step.</source>
        <translation>상수 스케줄에는 모든 단계의 베타인 beta_1이 필요합니다.</translation>
    </message>
    <message>
        <source>A custom schedule needs the list of its betas.</source>
        <translation>사용자 지정 스케줄에는 베타의 목록이 필요합니다.</translation>
    </message>
    <message>
        <source>T is {T}, but the list holds {count} betas.</source>
        <translation>T는 {T}인데 목록에는 베타가 {count}개 있습니다.</translation>
    </message>
    <message>
        <source>T = {T:,} is too long: even a single sample needs more memory than one chain may take.</source>
        <translation>T = {T:,}은(는) 너무 깁니다. 표본 하나만으로도 연쇄 하나가 쓸 수 있는 메모리를 넘습니다.</translation>
    </message>
    <message>
        <source>{count:,} samples need more memory than one chain may take; choose {largest_count:,} or fewer.</source>
        <translation>표본 {count:,}개는 연쇄 하나가 쓸 수 있는 메모리를 넘습니다. {largest_count:,}개 이하로 고르세요.</translation>
    </message>
    <message>
        <source>The first and the last step must be 0 or more.</source>
        <translation>첫 단계와 마지막 단계는 0 이상이어야 합니다.</translation>
    </message>
    <message>
        <source>The number of frames must be between {least} and {most:,}, not {count:,}.</source>
        <translation>프레임 수는 {least}에서 {most:,} 사이여야 하는데 {count:,}입니다.</translation>
    </message>
    <message>
        <source>A GIF plays {least:g} to {most} frames a second (each lasts {delay_ms} ms or more), not {rate:g}.</source>
        <translation>GIF는 초당 {least:g}~{most}프레임으로 재생되므로(한 프레임은 {delay_ms} ms 이상) {rate:g}프레임으로는 만들 수 없습니다.</translation>
    </message>
    <message>
        <source>The last frame can be held for 0 to {most:g} seconds, not {seconds:g}.</source>
        <translation>마지막 프레임은 0초에서 {most:g}초까지 유지할 수 있는데 {seconds:g}초입니다.</translation>
    </message>
    <message>
        <source>{name} must be a whole number from {low} to {high}, not {value}.</source>
        <translation>{name}은(는) {low}에서 {high} 사이의 정수여야 하는데 {value}입니다.</translation>
    </message>
    <message>
        <source>Unknown network {kind}.</source>
        <translation>알 수 없는 신경망 {kind}입니다.</translation>
    </message>
    <message>
        <source>Unknown network setting {names}.</source>
        <translation>알 수 없는 신경망 설정이 있습니다: {names}.</translation>
    </message>
    <message>
        <source>“{path}” holds another training: choose another folder, or go on with it.</source>
        <translation>“{path}”에는 다른 학습이 들어 있습니다: 다른 폴더를 고르거나 그 학습을 이어서 하십시오.</translation>
    </message>
    <message>
        <source>{reason}. The training goes on from the checkpoint before it.</source>
        <translation>{reason}. 그 앞의 체크포인트부터 학습을 이어 갑니다.</translation>
    </message>
    <message>
        <source>The device has not enough memory to draw samples beside the training, which goes on without them.</source>
        <translation>장치의 메모리가 부족하여 학습하면서 표본을 뽑을 수 없습니다. 학습은 표본 없이 계속됩니다.</translation>
    </message>
    <message>
        <source>{field} learns a variance: such models can be opened, and not be trained here.</source>
        <translation>{field}: 분산을 학습하는 모델은 열 수는 있지만 여기서 학습시킬 수는 없습니다.</translation>
    </message>
    <message>
        <source>Of {count} things that were dropped, only “{file}” is taken: drop data sets, trainings and classifiers one at a time.</source>
        <translation>끌어다 놓은 {count}개 가운데 “{file}”만 엽니다. 데이터 세트, 학습, 분류기는 한 번에 하나씩 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>{problems} of {count} files could not be opened. The first: {reason}.</source>
        <translation>파일 {count}개 가운데 {problems}개를 열지 못했습니다. 첫 번째 문제: {reason}.</translation>
    </message>
    <message>
        <source>The device has not enough memory for its share of {batch_size} samples a step: go on with a smaller batch size. Nothing is lost.</source>
        <translation>장치의 메모리가 한 단계에 샘플 {batch_size}개 중 맡은 몫에 부족합니다. 더 작은 배치 크기로 이어 가십시오. 잃은 것은 없습니다.</translation>
    </message>
    <message>
        <source>Batches of {batch_size} cannot be shared evenly by {processes} processes.</source>
        <translation>배치 {batch_size}개를 프로세스 {processes}개가 똑같이 나눌 수 없습니다.</translation>
    </message>
    <message>
        <source>Another process of this training has ended: it stops here. The same command with --resume goes on from the last checkpoint.</source>
        <translation>이 학습의 다른 프로세스가 끝나서 여기서 멈춥니다. 같은 명령에 --resume을 붙이면 마지막 체크포인트에서 이어집니다.</translation>
    </message>
    <message>
        <source>It was trained on {before} and goes on on {now}: other random numbers are drawn.</source>
        <translation>{before}에서 학습하던 것을 {now}에서 이어 갑니다. 다른 난수가 쓰입니다.</translation>
    </message>
    <message>
        <source>It was trained with {before} threads and goes on with {now}: the last digits of its numbers will differ.</source>
        <translation>스레드 {before}개로 학습하던 것을 {now}개로 이어 갑니다. 수의 끝자리가 달라집니다.</translation>
    </message>
    <message>
        <source>The data set “{name}” was imported anew since, with other images: the training goes on with these. To go on with the former ones, import them under that name again.</source>
        <translation>데이터 세트 “{name}”이(가) 그 뒤 다른 이미지로 다시 가져와졌습니다. 학습은 새 이미지로 이어집니다. 이전 이미지로 이어 가려면 그 이미지를 같은 이름으로 다시 가져오세요.</translation>
    </message>
    <message>
        <source>{path} is not a checkpoint of a training.</source>
        <translation>“{path}”은(는) 학습의 체크포인트가 아닙니다.</translation>
    </message>
    <message>
        <source>{file} needs more memory than there is.</source>
        <translation>{file} 파일을 여는 데 필요한 메모리가 부족합니다.</translation>
    </message>
    <message>
        <source>{file} is of another program or of a newer DDPM Studio.</source>
        <translation>“{file}”은(는) 다른 프로그램이나 더 새로운 DDPM Studio의 파일입니다.</translation>
    </message>
    <message>
        <source>{file} is damaged: {reason}.</source>
        <translation>“{file}”이(가) 손상되었습니다: {reason}.</translation>
    </message>
    <message>
        <source>“{path}” holds no checkpoint that can be read: {reason}.</source>
        <translation>“{path}”에는 읽을 수 있는 체크포인트가 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>“{path}” holds no checkpoint of a training.</source>
        <translation>“{path}”에는 학습의 체크포인트가 없습니다.</translation>
    </message>
    <message>
        <source>“{path}” belongs to a training that is running: wait until it ends.</source>
        <translation>“{path}”은(는) 지금 진행 중인 학습의 폴더입니다. 끝날 때까지 기다리십시오.</translation>
    </message>
    <message>
        <source>There is nothing to go on with: give --preset or --config.</source>
        <translation>이어 갈 학습이 없습니다. --preset이나 --config를 주십시오.</translation>
    </message>
    <message>
        <source>“{path}” holds a training that has taken {step} of {steps} steps: give --resume to go on with it, or delete that folder.</source>
        <translation>“{path}”에 {steps}단계 중 {step}단계까지 진행된 학습이 있습니다. 이어 가려면 --resume을 주고, 아니면 그 폴더를 지우십시오.</translation>
    </message>
    <message>
        <source>TensorBoard is not installed: install “ddpm-studio[tensorboard]”, or leave --tensorboard out.</source>
        <translation>TensorBoard가 설치되어 있지 않습니다. “ddpm-studio[tensorboard]”를 설치하거나 --tensorboard를 빼십시오.</translation>
    </message>
    <message>
        <source>The state of the training does not fit its network.</source>
        <translation>학습의 상태가 그 신경망과 맞지 않습니다.</translation>
    </message>
    <message>
        <source>The device {device!r} does not compute any more: go on from the last checkpoint, on the CPU if it stays away.</source>
        <translation>장치 {device!r}이(가) 더는 계산하지 못합니다. 마지막 체크포인트에서 이어 가고, 장치가 돌아오지 않으면 CPU를 쓰십시오.</translation>
    </message>
    <message>
        <source>The loss has grown to {loss:.3g} after {steps} steps, and it was {first:.3g} in the beginning; try a lower learning rate.</source>
        <translation>{steps}단계 뒤의 손실이 {loss:.3g}(으)로 커졌습니다. 처음에는 {first:.3g}였습니다. 학습률을 낮추어 시도하세요.</translation>
    </message>
    <message>
        <source>time_features must be even.</source>
        <translation>time_features는 짝수여야 합니다.</translation>
    </message>
    <message>
        <source>dropout must be at least 0 and under 1, not {dropout}.</source>
        <translation>dropout은 0 이상 1 미만이어야 하는데 {dropout}입니다.</translation>
    </message>
    <message>
        <source>A U-Net has from 1 to 8 levels.</source>
        <translation>U-Net의 층위는 1개에서 8개까지입니다.</translation>
    </message>
    <message>
        <source>channels {channels} must be even and divisible by norm_groups {norm_groups}.</source>
        <translation>channels {channels}은(는) 짝수이고 norm_groups {norm_groups}(으)로 나누어떨어져야 합니다.</translation>
    </message>
    <message>
        <source>A network setting is missing.</source>
        <translation>빠진 신경망 설정이 있습니다.</translation>
    </message>
    <message>
        <source>it is no noisy classifier</source>
        <translation>노이즈 분류기가 아님</translation>
    </message>
    <message>
        <source>{file} is no noisy classifier, or it is cut short.</source>
        <translation>{file}은(는) 노이즈 분류기가 아니거나 잘려 있습니다.</translation>
    </message>
    <message>
        <source>{file} cannot be used as a classifier: {reason}.</source>
        <translation>{file}은(는) 분류기로 쓸 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>{file} is no noisy classifier.</source>
        <translation>{file}은(는) 노이즈 분류기가 아닙니다.</translation>
    </message>
    <message>
        <source>{file} cannot be used like this: {reason}.</source>
        <translation>{file}을(를) 이렇게는 쓸 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>The model knows {own} classes and the classifier {theirs}: choose a classifier of the same classes.</source>
        <translation>모델은 클래스 {own}개를 알고 분류기는 {theirs}개를 압니다. 클래스가 같은 분류기를 고르세요.</translation>
    </message>
    <message>
        <source>The classifier was made for images of shape {seen}, and the model makes {made}.</source>
        <translation>분류기는 모양이 {seen}인 이미지용이고, 모델은 {made}을(를) 만듭니다.</translation>
    </message>
    <message>
        <source>The classifier knows t up to {rows}, and the model&apos;s schedule has {T} steps.</source>
        <translation>분류기는 t를 {rows}까지 알고, 모델의 스케줄은 {T}단계입니다.</translation>
    </message>
    <message>
        <source>The scale of the guidance must be a number from 0 to {most:g}, not {scale}.</source>
        <translation>가이던스 세기는 {scale}이(가) 아니라 0에서 {most:g} 사이의 수여야 합니다.</translation>
    </message>
    <message>
        <source>This model was not made for classes: leave the class out, or choose a classifier.</source>
        <translation>이 모델은 클래스용이 아닙니다. 클래스를 빼거나 분류기를 고르세요.</translation>
    </message>
    <message>
        <source>The classes are numbered from 0 to {last}: there is no class {label}.</source>
        <translation>클래스는 0에서 {last}까지입니다. 클래스 {label}은(는) 없습니다.</translation>
    </message>
    <message>
        <source>--answer needs name=value, such as T=1000, not {text!r}.</source>
        <translation>--answer에는 T=1000과 같은 이름=값이 필요하며 {text!r}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>it is a noisy classifier, which guides a model: open the model, and choose this file as its classifier</source>
        <translation>모델을 유도하는 노이즈 분류기입니다. 먼저 모델을 열고 이 파일을 그 분류기로 고르세요</translation>
    </message>
    <message>
        <source>its network has not learned the variance that it asks for</source>
        <translation>신경망이 요구된 분산을 학습하지 않았습니다</translation>
    </message>
    <message>
        <source>its network knows t up to {rows}, and its schedule has {T} steps</source>
        <translation>신경망은 t를 {rows}까지 알지만 스케줄은 {T}단계입니다</translation>
    </message>
    <message>
        <source>Only a U-Net for images can be written for diffusers.</source>
        <translation>이미지용 U-Net만 diffusers용으로 쓸 수 있습니다.</translation>
    </message>
    <message>
        <source>diffusers has no sampler for a network that predicts {target}.</source>
        <translation>diffusers에는 {target}을(를) 예측하는 신경망의 샘플러가 없습니다.</translation>
    </message>
    <message>
        <source>diffusers has no U-Net that halves images by averaging alone.</source>
        <translation>diffusers에는 평균만으로 이미지를 줄이는 U-Net이 없습니다.</translation>
    </message>
    <message>
        <source>diffusers has no U-Net whose first level is wider than its first convolution.</source>
        <translation>diffusers에는 첫 층위가 첫 합성곱보다 넓은 U-Net이 없습니다.</translation>
    </message>
    <message>
        <source>diffusers gives all heads of attention one width, and this network one number of them.</source>
        <translation>diffusers는 모든 어텐션 헤드의 너비가 같고, 이 신경망은 헤드의 수가 같습니다.</translation>
    </message>
    <message>
        <source>{folder} is not complete: its unet/config.json is missing.</source>
        <translation>{folder}이(가) 완전하지 않습니다. unet/config.json이 없습니다.</translation>
    </message>
    <message>
        <source>{file} holds weights of diffusers without their settings: open the folder that has config.json beside them.</source>
        <translation>{file}에는 설정 없이 diffusers의 가중치만 있습니다. config.json이 함께 있는 폴더를 여세요.</translation>
    </message>
    <message>
        <source>{file} describes a {name}, and DDPM Studio opens pipelines with a UNet2DModel of diffusers.</source>
        <translation>{file}은(는) {name}을(를) 설명합니다. DDPM Studio는 diffusers의 UNet2DModel이 있는 파이프라인을 엽니다.</translation>
    </message>
    <message>
        <source>{file} asks for code that comes with it, which DDPM Studio never runs.</source>
        <translation>{file}은(는) 함께 들어 있는 코드를 요구하지만, DDPM Studio는 그런 코드를 절대 실행하지 않습니다.</translation>
    </message>
    <message>
        <source>{file} describes a {name}, and DDPM Studio opens networks of UNet2DModel.</source>
        <translation>{file}은(는) {name}을(를) 설명합니다. DDPM Studio는 UNet2DModel 신경망을 엽니다.</translation>
    </message>
    <message>
        <source>The settings leave it open (sample_size).</source>
        <translation>설정에 정해져 있지 않습니다(sample_size).</translation>
    </message>
    <message>
        <source>{file} describes a {name}, and DDPM Studio knows DDPMScheduler and DDIMScheduler.</source>
        <translation>“{file}”에는 {name}이(가) 적혀 있지만, DDPM Studio는 DDPMScheduler와 DDIMScheduler를 압니다.</translation>
    </message>
    <message>
        <source>{file} asks for a learned variance, and its network has learned none.</source>
        <translation>“{file}”은(는) 학습된 분산을 요구하지만 그 신경망은 분산을 학습하지 않았습니다.</translation>
    </message>
    <message>
        <source>No scheduler_config.json lies beside the network.</source>
        <translation>신경망 옆에 scheduler_config.json이 없습니다.</translation>
    </message>
    <message>
        <source>The network has learned its variance.</source>
        <translation>신경망이 분산을 학습했습니다.</translation>
    </message>
    <message>
        <source>DDIM takes other steps and has no say in it; this one is its own law.</source>
        <translation>DDIM은 다른 단계를 밟으므로 정해 주지 않습니다. 이것이 DDIM 자신의 분포와 같습니다.</translation>
    </message>
    <message>
        <source>Its scheduler limits x_0 by dynamic thresholding: a fixed limit stands in for that.</source>
        <translation>스케줄러는 동적 임계값으로 x_0을 제한합니다. 고정된 한계가 그것을 대신합니다.</translation>
    </message>
    <message>
        <source>Pixels lie between −1 and 1; 0 stands for no limit.</source>
        <translation>픽셀은 −1과 1 사이에 있습니다. 0은 한계 없음을 뜻합니다.</translation>
    </message>
    <message>
        <source>{file} describes a scheduler that DDPM Studio does not know: its {name} is {value}.</source>
        <translation>“{file}”의 스케줄러는 DDPM Studio가 모르는 것입니다: {name}이(가) {value}입니다.</translation>
    </message>
    <message>
        <source>{file} describes a schedule at whose last step nothing of x_0 is left, and a network that predicts the noise cannot start from there.</source>
        <translation>“{file}”의 스케줄은 마지막 스텝에 x_0이 조금도 남지 않으므로, 노이즈를 예측하는 신경망은 거기서 시작할 수 없습니다.</translation>
    </message>
    <message>
        <source>A schedule of one step has no last step apart from its first.</source>
        <translation>한 단계짜리 스케줄에는 첫 단계와 구별되는 마지막 단계가 없습니다.</translation>
    </message>
    <message>
        <source>{file} describes a network that DDPM Studio does not know: its {name} is {value}.</source>
        <translation>“{file}”의 신경망은 DDPM Studio가 모르는 것입니다: {name}이(가) {value}입니다.</translation>
    </message>
    <message>
        <source>{file} is damaged or incomplete: its layers are not those of ddim&apos;s network.</source>
        <translation>{file}이(가) 손상되었거나 불완전합니다. 층이 ddim 신경망의 층과 다릅니다.</translation>
    </message>
    <message>
        <source>All configurations of this project have it.</source>
        <translation>이 프로젝트의 모든 설정이 이 값을 씁니다.</translation>
    </message>
    <message>
        <source>The average of the weights makes the better pictures.</source>
        <translation>가중치의 이동 평균이 더 나은 그림을 만듭니다.</translation>
    </message>
    <message>
        <source>This project&apos;s sampler of DDPM always takes it.</source>
        <translation>이 프로젝트의 DDPM 샘플러는 항상 이것을 씁니다.</translation>
    </message>
    <message>
        <source>“{folder}” exists already, and nothing is replaced: choose a new name.</source>
        <translation>“{folder}”이(가) 이미 있으며 아무것도 덮어쓰지 않습니다. 새 이름을 고르세요.</translation>
    </message>
    <message>
        <source>In all configurations of this project images attend at 16 × 16.</source>
        <translation>이 프로젝트의 모든 설정에서 어텐션은 16 × 16에 있습니다.</translation>
    </message>
    <message>
        <source>The file does not say it; CIFAR-10&apos;s is 32.</source>
        <translation>파일에 나와 있지 않습니다. CIFAR-10은 32입니다.</translation>
    </message>
    <message>
        <source>{folder} is not complete: its {file} is missing.</source>
        <translation>“{folder}”이(가) 온전하지 않습니다: {file}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>{file} holds no weights of a network.</source>
        <translation>“{file}”에 신경망의 가중치가 없습니다.</translation>
    </message>
    <message>
        <source>{file} is damaged: {name} is not where it says.</source>
        <translation>“{file}”이(가) 손상되었습니다: {name}이(가) 적힌 곳에 없습니다.</translation>
    </message>
    <message>
        <source>{file} is damaged: its list of parts is not valid.</source>
        <translation>“{file}”이(가) 손상되었습니다: 나뉜 파일의 목록이 올바르지 않습니다.</translation>
    </message>
    <message>
        <source>“{name}” is not the name of a model on the hub: it is written as owner/name, such as google/ddpm-cifar10-32.</source>
        <translation>“{name}”은(는) 허브 모델의 이름이 아닙니다. google/ddpm-cifar10-32처럼 소유자/이름으로 적습니다.</translation>
    </message>
    <message>
        <source>Models of the Hugging Face hub need an optional part: install it with pip install &apos;ddpm-studio[hub]&apos;.</source>
        <translation>Hugging Face 허브의 모델에는 선택 구성 요소가 필요합니다. pip install &apos;ddpm-studio[hub]&apos;로 설치하세요.</translation>
    </message>
    <message>
        <source>“{name}” on the hub is no model that DDPM Studio opens: it has no UNet2DModel of diffusers, or no weights of one.</source>
        <translation>허브의 “{name}”은(는) DDPM Studio가 여는 모델이 아닙니다. diffusers의 UNet2DModel이나 그 가중치가 없습니다.</translation>
    </message>
    <message>
        <source>This model is larger than any that this application opens.</source>
        <translation>이 모델은 이 프로그램이 여는 어떤 모델보다도 큽니다.</translation>
    </message>
    <message>
        <source>The disk has no room for this model: free {megabytes} MB and try again.</source>
        <translation>디스크에 이 모델을 둘 공간이 없습니다. {megabytes} MB를 비우고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The hub is switched off: HF_HUB_OFFLINE is set. Start without it.</source>
        <translation>허브가 꺼져 있습니다. HF_HUB_OFFLINE이 설정되어 있습니다. 이 설정 없이 시작하세요.</translation>
    </message>
    <message>
        <source>“{name}” is given only to those who accept its terms: accept them on its page, and sign in with the command hf auth login.</source>
        <translation>“{name}”은(는) 약관에 동의한 사람에게만 제공됩니다. 모델 페이지에서 동의하고 hf auth login 명령으로 로그인하세요.</translation>
    </message>
    <message>
        <source>There is no model “{name}” on the hub, or it is private: check the name, or sign in with the command hf auth login.</source>
        <translation>허브에 “{name}” 모델이 없거나 비공개입니다. 이름을 확인하거나 hf auth login 명령으로 로그인하세요.</translation>
    </message>
    <message>
        <source>The hub answered with the error {status}: try again later.</source>
        <translation>허브가 오류 {status}(으)로 응답했습니다. 나중에 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The model cannot be kept here: {reason}.</source>
        <translation>모델을 여기에 저장할 수 없습니다. {reason}.</translation>
    </message>
    <message>
        <source>The hub cannot be reached: check the connection to the Internet.</source>
        <translation>허브에 연결할 수 없습니다. 인터넷 연결을 확인하세요.</translation>
    </message>
    <message>
        <source>{file} holds no settings.</source>
        <translation>{file}에는 설정이 없습니다.</translation>
    </message>
    <message>
        <source>{file} is not valid: its {name} is {value}.</source>
        <translation>{file}이(가) 올바르지 않습니다. {name}이(가) {value}입니다.</translation>
    </message>
    <message>
        <source>{file} is damaged or incomplete: its tensor {name} is missing.</source>
        <translation>{file}이(가) 손상되었거나 불완전합니다. 텐서 {name}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>{file} has a layer that DDPM Studio does not know: {name}.</source>
        <translation>{file}에 DDPM Studio가 모르는 층이 있습니다: {name}.</translation>
    </message>
    <message>
        <source>{file} is damaged: the tensors of {name} do not fit together.</source>
        <translation>{file}이(가) 손상되었습니다. {name}의 텐서들이 서로 맞지 않습니다.</translation>
    </message>
    <message>
        <source>{file} holds another network of {family} than its Unet for images: only that one can be opened.</source>
        <translation>{file}에 든 것은 {family}의 이미지용 Unet이 아닌 다른 신경망입니다. 이미지용 Unet만 열 수 있습니다.</translation>
    </message>
    <message>
        <source>{file} was saved by a version of {family} before it noted which: only checkpoints of version 1.9 and later can be opened.</source>
        <translation>{file}은(는) 버전을 적지 않던 시절의 {family}(으)로 저장되었습니다. 버전 1.9 이후의 체크포인트만 열 수 있습니다.</translation>
    </message>
    <message>
        <source>{file} was saved by {family} {version}: only checkpoints of version 1.9 and later can be opened.</source>
        <translation>{file}은(는) {family} {version}(으)로 저장되었습니다. 버전 1.9 이후의 체크포인트만 열 수 있습니다.</translation>
    </message>
    <message>
        <source>{file} cannot be opened: {reason}.</source>
        <translation>{file}을(를) 열 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>{file} holds another diffusion of {family} than its GaussianDiffusion, without steps t = 1 … T: it cannot be opened.</source>
        <translation>{file}에 든 것은 {family}의 GaussianDiffusion이 아닌, 단계 t = 1 … T가 없는 확산 모델이라 열 수 없습니다.</translation>
    </message>
    <message>
        <source>{file} is damaged: its betas are not one number for each t.</source>
        <translation>{file}이(가) 손상되었습니다: β가 t마다 하나씩 있지 않습니다.</translation>
    </message>
    <message>
        <source>It is the project&apos;s default (sinusoidal_pos_emb_theta), which few change.</source>
        <translation>그 프로젝트의 기본값(sinusoidal_pos_emb_theta)이며, 바꾸는 사람이 거의 없습니다.</translation>
    </message>
    <message>
        <source>The moving average (ema) is what the project itself draws its samples from.</source>
        <translation>그 프로젝트도 이동 평균(ema)으로 표본을 뽑습니다.</translation>
    </message>
    <message>
        <source>The file does not say how large its images are; {guess} is common, and quick. Any multiple of {factor} can be computed, but good samples come at the size of the training.</source>
        <translation>파일에는 이미지 크기가 없습니다. {guess}은(는) 흔히 쓰이고 빠릅니다. {factor}의 배수면 모두 계산할 수 있지만, 학습한 크기에서 좋은 표본이 나옵니다.</translation>
    </message>
    <message>
        <source>It is the project&apos;s default.</source>
        <translation>그 프로젝트의 기본값입니다.</translation>
    </message>
    <message>
        <source>The project&apos;s default of {usual} does not divide these widths; {guess} is the most that does.</source>
        <translation>그 프로젝트의 기본값 {usual}(으)로는 이 채널 수들을 나눌 수 없습니다. 나눌 수 있는 가장 큰 값은 {guess}입니다.</translation>
    </message>
    <message>
        <source>The weights of its loss fit no single target; the project&apos;s default is v.</source>
        <translation>손실의 가중치가 어느 한 예측 대상에도 꼭 맞지 않습니다. 그 프로젝트의 기본값은 v입니다.</translation>
    </message>
    <message>
        <source>It is told t itself, as the models that it was published with.</source>
        <translation>함께 공개된 모델들처럼 t를 그대로 받습니다.</translation>
    </message>
    <message>
        <source>Nearly all published classifiers have so many.</source>
        <translation>공개된 분류기는 거의 모두 그렇습니다.</translation>
    </message>
    <message>
        <source>So it is with the model that it shall guide.</source>
        <translation>유도할 모델이 그렇습니다.</translation>
    </message>
    <message>
        <source>{file} is like a classifier of guided-diffusion, but cannot be opened: {reason}.</source>
        <translation>{file}은(는) guided-diffusion의 분류기와 비슷하지만 열 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>it ends like none of their classifiers</source>
        <translation>끝부분이 그 프로젝트의 어떤 분류기와도 다릅니다</translation>
    </message>
    <message>
        <source>its levels do not have the same number of blocks</source>
        <translation>층위마다 블록 수가 다릅니다</translation>
    </message>
    <message>
        <source>it has no {name} of the usual shape</source>
        <translation>보통 모양의 {name}이(가) 없습니다</translation>
    </message>
    <message>
        <source>its {name} has no place in such a network</source>
        <translation>이런 신경망에는 {name}이(가) 들어갈 자리가 없습니다</translation>
    </message>
    <message>
        <source>Its layers are those of {names}, and OpenAI says so.</source>
        <translation>층이 {names}과(와) 같으며, OpenAI가 그렇게 밝혔습니다.</translation>
    </message>
    <message>
        <source>Its coarsest attention is then at {size} x {size} pixels, as in most of their networks.</source>
        <translation>그러면 가장 거친 어텐션이 그 프로젝트의 신경망 대부분처럼 {size} x {size} 픽셀에 놓입니다.</translation>
    </message>
    <message>
        <source>It is the default of their training.</source>
        <translation>그 프로젝트의 학습 기본값입니다.</translation>
    </message>
    <message>
        <source>The network has learned a variance.</source>
        <translation>신경망이 분산을 학습했습니다.</translation>
    </message>
    <message>
        <source>Their samplers limit it to 1; 0 stands for no limit.</source>
        <translation>그 프로젝트의 샘플러는 1로 제한합니다. 0은 제한 없음을 뜻합니다.</translation>
    </message>
    <message>
        <source>It is the default of improved-diffusion.</source>
        <translation>improved-diffusion의 기본값입니다.</translation>
    </message>
    <message>
        <source>It is the default of guided-diffusion.</source>
        <translation>guided-diffusion의 기본값입니다.</translation>
    </message>
    <message>
        <source>All of their published networks but 64x64_diffusion have it.</source>
        <translation>공개된 신경망은 64x64_diffusion을 빼고 모두 그렇습니다.</translation>
    </message>
    <message>
        <source>Its widths cannot be shared out among more.</source>
        <translation>너비를 더 많은 헤드로 나눌 수 없습니다.</translation>
    </message>
    <message>
        <source>Nearly all published networks whose blocks change the size have it.</source>
        <translation>블록에서 크기를 바꾸는 공개 신경망은 거의 모두 그렇습니다.</translation>
    </message>
    <message>
        <source>It is the default of their training: so many heads at every level.</source>
        <translation>그 프로젝트의 학습 기본값으로, 모든 층위에서 헤드 수가 같습니다.</translation>
    </message>
    <message>
        <source>{file} is a noisy classifier, which guides a model: open the model, and choose this file as its classifier.</source>
        <translation>{file}은(는) 모델을 유도하는 노이즈 분류기입니다. 먼저 모델을 열고 이 파일을 그 분류기로 고르세요.</translation>
    </message>
    <message>
        <source>{file} is like a model of improved-diffusion or guided-diffusion, but cannot be opened: {reason}.</source>
        <translation>{file}은(는) improved-diffusion이나 guided-diffusion의 모델과 비슷하지만 열 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>it enlarges images that it is given, and only models that make images from noise alone can be shown</source>
        <translation>주어진 이미지를 확대하는 모델인데, 노이즈만으로 이미지를 만드는 모델만 보여 줄 수 있습니다</translation>
    </message>
    <message>
        <source>it makes {outputs} channels of {inputs}, neither as many nor twice as many</source>
        <translation>채널 {inputs}개로 {outputs}개를 만드는데, 같은 수도 두 배도 아닙니다</translation>
    </message>
    <message>
        <source>OpenAI&apos;s linear schedule needs at least {fewest} steps, not {T}: choose more, or the cosine one.</source>
        <translation>OpenAI의 선형 스케줄은 {T}단계가 아니라 적어도 {fewest}단계가 필요합니다. 단계를 늘리거나 코사인을 고르세요.</translation>
    </message>
    <message>
        <source>{file} is no model of a project that DDPM Studio knows.</source>
        <translation>{file} 파일은 DDPM Studio가 아는 프로젝트의 모델이 아닙니다.</translation>
    </message>
    <message>
        <source>The file does not say what it was trained on.</source>
        <translation>파일에 어떤 데이터로 학습했는지 적혀 있지 않습니다.</translation>
    </message>
    <message>
        <source>it takes more steps to read than any checkpoint does</source>
        <translation>어떤 체크포인트보다도 읽는 데 단계가 많이 듭니다</translation>
    </message>
    <message>
        <source>its list of contents is damaged</source>
        <translation>내용 목록이 손상되었습니다</translation>
    </message>
    <message>
        <source>it uses the pickle operation {operation}, which weights do not need</source>
        <translation>가중치에 필요 없는 피클 명령 {operation}을(를) 씁니다</translation>
    </message>
    <message>
        <source>it holds a tensor whose shape does not fit its numbers</source>
        <translation>모양이 수의 개수와 맞지 않는 텐서가 들어 있습니다</translation>
    </message>
    <message>
        <source>its tensors would hold many times the numbers that are in it</source>
        <translation>텐서들이 파일에 있는 수의 몇 배를 담으려 합니다</translation>
    </message>
    <message>
        <source>some of its numbers are missing</source>
        <translation>수의 일부가 없습니다</translation>
    </message>
    <message>
        <source>it holds a number of absurd length</source>
        <translation>터무니없이 긴 수가 들어 있습니다</translation>
    </message>
    <message>
        <source>{file} is damaged or incomplete: its layers are not those of pytorch-ddpm&apos;s network.</source>
        <translation>{file}이(가) 손상되었거나 불완전합니다. 층이 pytorch-ddpm 신경망의 층과 다릅니다.</translation>
    </message>
    <message>
        <source>No flagfile.txt of this training lies beside the file: this is the project&apos;s default.</source>
        <translation>파일 옆에 이 학습의 flagfile.txt가 없습니다. 이것은 프로젝트의 기본값입니다.</translation>
    </message>
    <message>
        <source>{name} must be one of {choices}, not {answer}.</source>
        <translation>{name}은(는) {choices} 중 하나여야 하며 {answer}일 수 없습니다.</translation>
    </message>
    <message>
        <source>{name} must be a number from {low:g} to {high:g}, not {answer}.</source>
        <translation>{name}은(는) {low:g}부터 {high:g}까지의 수여야 하며 {answer}일 수 없습니다.</translation>
    </message>
    <message>
        <source>{name} must be a number, not {answer}.</source>
        <translation>{name}은(는) 수여야 하며 {answer}일 수 없습니다.</translation>
    </message>
    <message>
        <source>{name} must be true or false, not {answer}.</source>
        <translation>{name}은(는) true 또는 false여야 하며 {answer}일 수 없습니다.</translation>
    </message>
    <message>
        <source>Nothing is asked about {names}; asked is about {known}.</source>
        <translation>{names}에 대한 질문은 없습니다. 질문은 {known}에 대한 것입니다.</translation>
    </message>
    <message>
        <source>{file} is not a safetensors file, or it is cut short.</source>
        <translation>“{file}”은(는) safetensors 파일이 아니거나 잘려 있습니다.</translation>
    </message>
    <message>
        <source>{file} holds weights of the number type {type}, which cannot be read.</source>
        <translation>“{file}”의 가중치는 읽을 수 없는 수 형식 {type}으로 되어 있습니다.</translation>
    </message>
    <message>
        <source>{file} is damaged or cut short: copy or download it again.</source>
        <translation>“{file}”이(가) 손상되었거나 잘려 있습니다: 다시 복사하거나 내려받으세요.</translation>
    </message>
    <message>
        <source>{file} is not opened: {reason}.</source>
        <translation>“{file}”을(를) 열지 않았습니다: {reason}.</translation>
    </message>
    <message>
        <source>{file} is a plain Python pickle, which could run code: save its weights with torch.save and open that file.</source>
        <translation>“{file}”은(는) 코드를 실행할 수 있는 일반 파이썬 피클입니다: 가중치를 torch.save로 저장해 그 파일을 여세요.</translation>
    </message>
    <message>
        <source>{file} is not a checkpoint of PyTorch, or it is cut short.</source>
        <translation>“{file}”은(는) PyTorch 체크포인트가 아니거나 잘려 있습니다.</translation>
    </message>
    <message>
        <source>{file} is a TorchScript program, not weights: save its state_dict() and open that.</source>
        <translation>“{file}”은(는) 가중치가 아니라 TorchScript 프로그램입니다: state_dict()를 저장해 그것을 여세요.</translation>
    </message>
    <message>
        <source>{file} is a zip archive, but not a checkpoint of PyTorch.</source>
        <translation>“{file}”은(는) zip 파일이지만 PyTorch 체크포인트가 아닙니다.</translation>
    </message>
    <message>
        <source>{file} is not opened: it holds two lists of contents.</source>
        <translation>“{file}”을(를) 열지 않았습니다: 내용 목록이 둘입니다.</translation>
    </message>
    <message>
        <source>its list of contents is larger than any checkpoint&apos;s</source>
        <translation>내용 목록이 어떤 체크포인트의 것보다도 큽니다</translation>
    </message>
    <message>
        <source>{file} was written on a big-endian machine: save it again on another one.</source>
        <translation>“{file}”은(는) 빅 엔디언 컴퓨터에서 쓰였습니다: 다른 컴퓨터에서 다시 저장하세요.</translation>
    </message>
    <message>
        <source>its lists hold themselves or are nested too deeply</source>
        <translation>목록이 자기 자신을 담고 있거나 너무 깊이 겹쳐 있습니다</translation>
    </message>
    <message>
        <source>it unfolds to more values than any checkpoint has</source>
        <translation>펼치면 어떤 체크포인트보다도 값이 많습니다</translation>
    </message>
    <message>
        <source>{file} is compressed in a way that checkpoints never are: it could fill the memory.</source>
        <translation>“{file}”은(는) 체크포인트에 쓰이지 않는 방식으로 압축되어 있어 메모리를 가득 채울 수 있습니다.</translation>
    </message>
    <message>
        <source>{file} is not opened: it holds two members of the same name.</source>
        <translation>“{file}”을(를) 열지 않았습니다: 같은 이름의 항목이 둘 있습니다.</translation>
    </message>
    <message>
        <source>{file} is not opened: a name in it leads out of its folder.</source>
        <translation>“{file}”을(를) 열지 않았습니다: 안에 있는 이름이 폴더 밖을 가리킵니다.</translation>
    </message>
    <message>
        <source>To measure a model one must know its data.</source>
        <translation>모델을 측정하려면 어떤 데이터로 학습했는지 알아야 합니다.</translation>
    </message>
    <message>
        <source>This model was made for classes: to measure it one must know the class of each x_0.</source>
        <translation>이 모델은 클래스용입니다. 측정하려면 각 x_0의 클래스를 알아야 합니다.</translation>
    </message>
    <message>
        <source>The data {name!r} have too few images to measure a model: none of them is held out.</source>
        <translation>데이터 {name!r}에는 모델을 측정할 이미지가 너무 적습니다. 남겨 둔 이미지가 없습니다.</translation>
    </message>
    <message>
        <source>it names {names} classes, and its network was made for {classes}</source>
        <translation>클래스 {names}개에 이름이 있는데 신경망은 클래스 {classes}개용입니다</translation>
    </message>
    <message>
        <source>{file} is empty.</source>
        <translation>“{file}”이(가) 비어 있습니다.</translation>
    </message>
    <message>
        <source>{file} only points to the real file: fetch that one with git lfs pull.</source>
        <translation>“{file}”은(는) 진짜 파일을 가리키기만 합니다: git lfs pull로 그 파일을 받으세요.</translation>
    </message>
    <message>
        <source>{file} is a web page, not a model: the download gave another file.</source>
        <translation>“{file}”은(는) 모델이 아니라 웹 페이지입니다: 내려받기에서 다른 파일을 받았습니다.</translation>
    </message>
    <message>
        <source>--guidance and --classifier-answer belong to --classifier: give it, too, or leave them out.</source>
        <translation>--guidance와 --classifier-answer는 --classifier와 함께 씁니다. 그것도 주거나 둘을 빼세요.</translation>
    </message>
    <message>
        <source>Samples are written as numbers, not as {file}: name an .npz file. Pictures of them come from “ddpm-studio export”.</source>
        <translation>표본은 {file}이(가) 아니라 수로 저장됩니다. .npz 파일 이름을 적으세요. 그림은 “ddpm-studio export”로 만듭니다.</translation>
    </message>
    <message>
        <source>--pytorch-ddpm belongs to --training and to --sampling.</source>
        <translation>--pytorch-ddpm은 --training이나 --sampling과 함께 씁니다.</translation>
    </message>
    <message>
        <source>The variable {variable} says where the data sets are: change it, or start without it.</source>
        <translation>데이터 세트의 위치를 변수 {variable}이(가) 정하고 있습니다. 그 값을 바꾸거나 변수 없이 시작하세요.</translation>
    </message>
    <message>
        <source>The data set in “{folder}” is damaged: remove it and import it again.</source>
        <translation>“{folder}”의 데이터 세트가 손상되었습니다. 삭제하고 다시 가져오세요.</translation>
    </message>
    <message>
        <source>The data set named {name!r} here has samples of shape {here}, and the model makes {made}.</source>
        <translation>여기 있는 데이터 세트 {name!r}의 표본 형태는 {here}인데 모델은 {made}을(를) 만듭니다.</translation>
    </message>
    <message>
        <source>There is no imported data set named {name!r}.</source>
        <translation>{name!r}(이)라는 가져온 데이터 세트가 없습니다.</translation>
    </message>
    <message>
        <source>There is no imported data set named “{name}”.</source>
        <translation>“{name}”(이)라는 가져온 데이터 세트가 없습니다.</translation>
    </message>
    <message>
        <source>“{name}” cannot be removed ({detail}): close whatever uses it and try again.</source>
        <translation>“{name}”을(를) 삭제할 수 없습니다({detail}). 사용 중인 프로그램을 닫고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>There is no unfinished download of “{name}”.</source>
        <translation>“{name}”의 내려받다 만 파일이 없습니다.</translation>
    </message>
    <message>
        <source>“{folder}” cannot be deleted: close whatever uses it, or change its permissions, and try again.</source>
        <translation>“{folder}”을(를) 삭제할 수 없습니다. 사용 중인 프로그램을 닫거나 폴더의 권한을 바꾼 뒤 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The handwritten digits that come with DDPM Studio are missing or damaged ({file}): install it again.</source>
        <translation>DDPM Studio에 딸린 손글씨 숫자가 없거나 손상되었습니다({file}): 다시 설치하세요.</translation>
    </message>
    <message>
        <source>“{path}” holds images of different sizes.</source>
        <translation>“{path}”에 크기가 서로 다른 이미지가 있습니다.</translation>
    </message>
    <message>
        <source>It is not clear which array in “{path}” holds the images: name it “images”.</source>
        <translation>“{path}”에서 어느 배열이 이미지인지 알 수 없습니다. 그 이름을 “images”로 하세요.</translation>
    </message>
    <message>
        <source>{count} images are more than a data set can have here: {most}.</source>
        <translation>이미지 {count}장은 여기서 쓸 수 있는 최대 수 {most}장을 넘습니다.</translation>
    </message>
    <message>
        <source>The array in “{path}” has the shape {shape}: images are N × H × W, N × H × W × C or N × C × H × W, with 1 or 3 channels C.</source>
        <translation>“{path}”의 배열 형태는 {shape}입니다. 이미지는 N × H × W, N × H × W × C 또는 N × C × H × W이고 채널 C는 1개나 3개여야 합니다.</translation>
    </message>
    <message>
        <source>The labels “{name}” in “{path}” should be one whole number for each image.</source>
        <translation>“{path}”의 레이블 “{name}”은(는) 이미지마다 정수 하나여야 합니다.</translation>
    </message>
    <message>
        <source>The array in “{path}” holds values of the kind {kind}: images are numbers.</source>
        <translation>“{path}”의 배열에는 {kind} 종류의 값이 있습니다. 이미지는 수로 이루어집니다.</translation>
    </message>
    <message>
        <source>Its values are from 0 to 1: 0 was taken for black.</source>
        <translation>값이 0부터 1까지이므로 0을 검정으로 보았습니다.</translation>
    </message>
    <message>
        <source>Its values are from −1 to 1: −1 was taken for black.</source>
        <translation>값이 −1부터 1까지이므로 −1을 검정으로 보았습니다.</translation>
    </message>
    <message>
        <source>Its values are from 0 to 255: 0 was taken for black, 255 for white.</source>
        <translation>값이 0부터 255까지이므로 0을 검정, 255를 흰색으로 보았습니다.</translation>
    </message>
    <message>
        <source>The values in “{path}” are from {low} to {high}: images are from 0 to 255, 0 to 1, or −1 to 1.</source>
        <translation>“{path}”의 값은 {low}부터 {high}까지입니다. 이미지의 값은 0부터 255, 0부터 1, 또는 −1부터 1까지여야 합니다.</translation>
    </message>
    <message>
        <source>Some values in “{path}” are no numbers (NaN).</source>
        <translation>“{path}”에 수가 아닌 값(NaN)이 있습니다.</translation>
    </message>
    <message>
        <source>“{path}” is CIFAR&apos;s version for Python, a pickle, which could run code when it is opened: get the binary version, {ten} or {hundred}.</source>
        <translation>“{path}”은(는) 파이썬용 CIFAR, 곧 여는 순간 코드를 실행할 수 있는 피클입니다. 바이너리 버전 {ten} 또는 {hundred}을(를) 받으세요.</translation>
    </message>
    <message>
        <source>“{path}” is no CIFAR file: {size} bytes are no whole number of images with their labels (3,073 bytes each in CIFAR-10, 3,074 in CIFAR-100).</source>
        <translation>“{path}”은(는) CIFAR 파일이 아닙니다. {size}바이트는 레이블이 붙은 이미지의 정수배가 아닙니다(한 장에 CIFAR-10은 3,073바이트, CIFAR-100은 3,074바이트).</translation>
    </message>
    <message>
        <source>“{path}” has {size} bytes, which is no whole number of images with their labels ({record} bytes each): it is damaged.</source>
        <translation>“{path}”은(는) {size}바이트로, 레이블이 붙은 이미지(한 장에 {record}바이트)의 정수배가 아닙니다. 손상된 파일입니다.</translation>
    </message>
    <message>
        <source>“{path}” does not hold the files of CIFAR-10 or CIFAR-100 in their binary version.</source>
        <translation>“{path}”에는 바이너리 버전의 CIFAR-10이나 CIFAR-100 파일이 없습니다.</translation>
    </message>
    <message>
        <source>“{path}” is damaged: get it again.</source>
        <translation>“{path}”이(가) 손상되었습니다. 다시 받으세요.</translation>
    </message>
    <message>
        <source>“{path}” holds more files than a CIFAR archive.</source>
        <translation>“{path}”에는 CIFAR 압축 파일보다 많은 파일이 들어 있습니다.</translation>
    </message>
    <message>
        <source>“{path}” holds a link or a device, “{name}”, which no CIFAR archive does.</source>
        <translation>“{path}”에 링크나 장치 “{name}”이(가) 들어 있습니다. CIFAR 압축 파일에는 그런 것이 없습니다.</translation>
    </message>
    <message>
        <source>“{path}” holds “{name}”, which would lie outside of its folder: no CIFAR archive does.</source>
        <translation>“{path}”에 폴더 밖으로 나가는 “{name}”이(가) 들어 있습니다. CIFAR 압축 파일에는 그런 것이 없습니다.</translation>
    </message>
    <message>
        <source>“{path}” holds “{name}” with {size} bytes, which no CIFAR archive does.</source>
        <translation>“{path}”에 {size}바이트짜리 “{name}”이(가) 들어 있습니다. CIFAR 압축 파일에는 그런 것이 없습니다.</translation>
    </message>
    <message>
        <source>“{source}” ends too early: it is cut short, so get it again.</source>
        <translation>“{source}”이(가) 중간에서 끝납니다. 잘린 파일이니 다시 받으세요.</translation>
    </message>
    <message>
        <source>“{path}” and “{other}” hold images of different sizes.</source>
        <translation>“{path}”와(과) “{other}”의 이미지 크기가 서로 다릅니다.</translation>
    </message>
    <message>
        <source>“{labels}” holds {found} labels, and “{images}” {wanted} images: they do not belong together.</source>
        <translation>“{labels}”에는 레이블 {found}개, “{images}”에는 이미지 {wanted}장이 있습니다. 서로 맞지 않는 파일입니다.</translation>
    </message>
    <message>
        <source>“{path}” is longer than it says: it is no IDX file, or damaged.</source>
        <translation>“{path}”이(가) 스스로 밝힌 것보다 깁니다. IDX 파일이 아니거나 손상되었습니다.</translation>
    </message>
    <message>
        <source>“{path}” is no IDX file of bytes, as MNIST&apos;s are.</source>
        <translation>“{path}”은(는) MNIST와 같은 바이트 IDX 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>“{path}” says that it holds {sizes} values, which cannot be: it is damaged.</source>
        <translation>“{path}”에 값이 {sizes}개 있다고 되어 있지만 그럴 수 없습니다. 손상된 파일입니다.</translation>
    </message>
    <message>
        <source>“{path}” holds labels: choose the file of images, whose name has “images” in it.</source>
        <translation>“{path}”에는 레이블이 들어 있습니다. 이름에 “images”가 있는 이미지 파일을 고르세요.</translation>
    </message>
    <message>
        <source>“{path}” should hold labels, and holds images.</source>
        <translation>“{path}”에 레이블이 있어야 하는데 이미지가 있습니다.</translation>
    </message>
    <message>
        <source>“{folder}” holds more than {most} pictures.</source>
        <translation>“{folder}”에 그림이 {most}장보다 많습니다.</translation>
    </message>
    <message>
        <source>There are no pictures in “{folder}”: PNG, JPEG, WebP, GIF, BMP, TIFF and PPM are read.</source>
        <translation>“{folder}”에 그림이 없습니다. PNG, JPEG, WebP, GIF, BMP, TIFF, PPM을 읽습니다.</translation>
    </message>
    <message>
        <source>The folder “{folder}” cannot be read ({detail}).</source>
        <translation>폴더 “{folder}”을(를) 읽을 수 없습니다({detail}).</translation>
    </message>
    <message>
        <source>None of the pictures in “{folder}” can be read. The first is “{name}”: {reason}.</source>
        <translation>“{folder}”의 그림을 하나도 읽을 수 없습니다. 첫 번째는 “{name}”: {reason}.</translation>
    </message>
    <message>
        <source>There is no image in “{source}”.</source>
        <translation>“{source}”에 이미지가 없습니다.</translation>
    </message>
    <message>
        <source>“{source}” holds images of {height} × {width} pixels with {channels} channels: from {low} to {high} pixels a side, and 1 or 3 channels, are possible.</source>
        <translation>“{source}”의 이미지는 {height} × {width}픽셀, 채널 {channels}개입니다. 한 변은 {low}부터 {high}픽셀까지, 채널은 1개나 3개만 됩니다.</translation>
    </message>
    <message>
        <source>The labels in “{source}” are from {low} to {high}, and should be from 0 to {most}.</source>
        <translation>“{source}”의 레이블은 {low}부터 {high}까지인데, 0부터 {most}까지여야 합니다.</translation>
    </message>
    <message>
        <source>Images can have from {low} to {high} pixels a side, not {size}.</source>
        <translation>이미지의 한 변은 {low}부터 {high}픽셀까지 됩니다. {size}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>“{path}” is empty.</source>
        <translation>“{path}”은(는) 비어 있습니다.</translation>
    </message>
    <message>
        <source>“{path}” is no data set: a folder of pictures, an IDX file (MNIST), CIFAR&apos;s binary version, or an .npz or .npy array can be imported.</source>
        <translation>“{path}”은(는) 데이터 세트가 아닙니다. 그림 폴더, IDX 파일(MNIST), 바이너리 버전의 CIFAR, .npz 또는 .npy 배열을 가져올 수 있습니다.</translation>
    </message>
    <message>
        <source>“{path}” holds more than {most} arrays.</source>
        <translation>“{path}”에 배열이 {most}개보다 많습니다.</translation>
    </message>
    <message>
        <source>“{path}” holds two arrays of the same name.</source>
        <translation>“{path}”에 이름이 같은 배열이 두 개 있습니다.</translation>
    </message>
    <message>
        <source>“{path}” is no array of numpy, or damaged.</source>
        <translation>“{path}”은(는) numpy 배열이 아니거나 손상되었습니다.</translation>
    </message>
    <message>
        <source>“{path}” holds Python objects, which could run code when they are opened: save the images as an array of numbers.</source>
        <translation>“{path}”에는 여는 순간 코드를 실행할 수 있는 파이썬 객체가 들어 있습니다. 이미지를 수의 배열로 저장하세요.</translation>
    </message>
    <message>
        <source>“{path}” is stored column by column: save numpy.ascontiguousarray of it.</source>
        <translation>“{path}”은(는) 열 순서로 저장되어 있습니다. numpy.ascontiguousarray를 거쳐 저장하세요.</translation>
    </message>
    <message>
        <source>it is a pipe, a device or a folder, not a file</source>
        <translation>파일이 아니라 파이프, 장치 또는 폴더입니다</translation>
    </message>
    <message>
        <source>its file is larger than {most} MB</source>
        <translation>파일이 {most} MB보다 큽니다</translation>
    </message>
    <message>
        <source>it is a link that leads back to itself</source>
        <translation>자기 자신을 가리키는 링크입니다</translation>
    </message>
    <message>
        <source>it is gone, or a link to a file that is gone</source>
        <translation>없어졌거나, 없어진 파일을 가리키는 링크입니다</translation>
    </message>
    <message>
        <source>it may not be read</source>
        <translation>읽을 권한이 없습니다</translation>
    </message>
    <message>
        <source>it cannot be opened ({detail})</source>
        <translation>열 수 없습니다({detail})</translation>
    </message>
    <message>
        <source>it has more than 50 million pixels</source>
        <translation>5천만 픽셀이 넘습니다</translation>
    </message>
    <message>
        <source>its shorter side has under 4 pixels</source>
        <translation>짧은 변이 4픽셀보다 작습니다</translation>
    </message>
    <message>
        <source>its sides differ by more than 50 times</source>
        <translation>두 변의 길이가 50배 넘게 다릅니다</translation>
    </message>
    <message>
        <source>it is none of PNG, JPEG, WebP, GIF, BMP, TIFF and PPM, or damaged</source>
        <translation>PNG, JPEG, WebP, GIF, BMP, TIFF, PPM이 아니거나 손상되었습니다</translation>
    </message>
    <message>
        <source>it ends too early</source>
        <translation>중간에서 끝납니다</translation>
    </message>
    <message>
        <source>there is not enough memory for it</source>
        <translation>메모리가 모자랍니다</translation>
    </message>
    <message>
        <source>it is damaged</source>
        <translation>손상되었습니다</translation>
    </message>
    <message>
        <source>some of its values are not numbers</source>
        <translation>수가 아닌 값이 있습니다</translation>
    </message>
    <message>
        <source>its values are from {low} to {high}: neither 0 … 1 nor 0 … 255</source>
        <translation>값이 {low}부터 {high}까지로, 0 … 1도 0 … 255도 아닙니다</translation>
    </message>
    <message>
        <source>None of the pictures in “{folder}” that were tried can be read.</source>
        <translation>“{folder}”에서 시도해 본 그림을 하나도 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>There is no data set named “{name}” to download; there are {names}.</source>
        <translation>내려받을 데이터 세트 “{name}”은(는) 없습니다. {names}이(가) 있습니다.</translation>
    </message>
    <message>
        <source>The download cannot be written to “{folder}” ({detail}): make room there, or move the data sets.</source>
        <translation>내려받은 것을 “{folder}”에 쓸 수 없습니다({detail}). 공간을 비우거나 데이터 세트를 옮기세요.</translation>
    </message>
    <message>
        <source>What “{url}” sent is not the file that it should be (its SHA-256 is another): it was deleted. Try again later.</source>
        <translation>“{url}”이(가) 보낸 것은 받아야 할 파일이 아니어서(SHA-256이 다름) 지웠습니다. 나중에 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The connection to “{url}” broke off: download again to go on from {done} MB.</source>
        <translation>“{url}”과(와)의 연결이 끊어졌습니다. 다시 내려받으면 {done} MB부터 이어집니다.</translation>
    </message>
    <message>
        <source>“{url}” sends another part of the file than it was asked for: get the file elsewhere and import it.</source>
        <translation>“{url}”이(가) 요청한 것과 다른 부분을 보냅니다. 파일을 다른 곳에서 받아 가져오세요.</translation>
    </message>
    <message>
        <source>“{url}” sends more than the file that it should be: it was not kept.</source>
        <translation>“{url}”이(가) 받아야 할 파일보다 많은 것을 보내서 남겨 두지 않았습니다.</translation>
    </message>
    <message>
        <source>The server of “{url}” answers {code} ({reason}): try again later, or get the file elsewhere and import it.</source>
        <translation>“{url}”의 서버가 {code}({reason})로 답합니다. 나중에 다시 시도하거나, 파일을 다른 곳에서 받아 가져오세요.</translation>
    </message>
    <message>
        <source>“{url}” cannot be reached: look at the network, then download again.</source>
        <translation>“{url}”에 연결할 수 없습니다. 네트워크를 확인하고 다시 내려받으세요.</translation>
    </message>
    <message>
        <source>“{url}” cannot be downloaded ({detail}).</source>
        <translation>“{url}”을(를) 내려받을 수 없습니다({detail}).</translation>
    </message>
    <message>
        <source>The data set cannot be written to “{folder}” ({detail}): make room there, or move the data sets.</source>
        <translation>데이터 세트를 “{folder}”에 쓸 수 없습니다({detail}). 공간을 비우거나 데이터 세트를 옮기세요.</translation>
    </message>
    <message>
        <source>There is a data set named “{name}” already: choose another name, or remove that one.</source>
        <translation>데이터 세트 “{name}”이(가) 이미 있습니다. 다른 이름을 고르거나 그것을 삭제하세요.</translation>
    </message>
    <message>
        <source>The folder “{folder}” of the data sets cannot be used ({detail}).</source>
        <translation>데이터 세트의 폴더 “{folder}”을(를) 쓸 수 없습니다({detail}).</translation>
    </message>
    <message>
        <source>The data set needs {needed} MB and “{folder}” has {free} MB left: make room there, or move the data sets.</source>
        <translation>데이터 세트에 {needed} MB가 필요한데 “{folder}”에는 {free} MB가 남아 있습니다. 공간을 비우거나 데이터 세트를 옮기세요.</translation>
    </message>
    <message>
        <source>“{path}” cannot be read: {reason}.</source>
        <translation>“{path}”을(를) 읽을 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>“{path}” cannot be read ({detail}).</source>
        <translation>“{path}”을(를) 읽을 수 없습니다({detail}).</translation>
    </message>
    <message>
        <source>The data sets cannot be moved to “{folder}” ({detail}): they stay where they were.</source>
        <translation>데이터 세트를 “{folder}”(으)로 옮길 수 없습니다({detail}). 있던 곳에 그대로 있습니다.</translation>
    </message>
    <message>
        <source>The data sets are in “{folder}” already.</source>
        <translation>데이터 세트는 이미 “{folder}”에 있습니다.</translation>
    </message>
    <message>
        <source>“{folder}” lies inside the folder of the data sets: choose another.</source>
        <translation>“{folder}”은(는) 데이터 세트 폴더 안에 있습니다. 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>“{folder}” is a file: choose a folder.</source>
        <translation>“{folder}”은(는) 파일입니다. 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>There is a “{name}” in “{folder}” already: choose another folder.</source>
        <translation>“{folder}”에 “{name}”이(가) 이미 있습니다. 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>The data sets need {needed} MB, and “{folder}” has {free} MB left: choose another folder.</source>
        <translation>데이터 세트에 {needed} MB가 필요한데 “{folder}”에는 {free} MB가 남아 있습니다. 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>“{name}” is damaged, here or in its copy: remove it before the data sets are moved.</source>
        <translation>“{name}”의 원본이나 사본이 손상되었습니다. 옮기기 전에 삭제하세요.</translation>
    </message>
    <message>
        <source>The data set in “{folder}” was made by another version of DDPM Studio: import it again.</source>
        <translation>“{folder}”의 데이터 세트는 다른 버전의 DDPM Studio가 만들었습니다. 다시 가져오세요.</translation>
    </message>
    <message>
        <source>A data set cannot be named “{name}”: use up to {most} letters, digits, spaces and hyphens.</source>
        <translation>데이터 세트의 이름으로 “{name}”은(는) 쓸 수 없습니다. 글자, 숫자, 빈칸, 붙임표를 {most}자까지 쓰세요.</translation>
    </message>
    <message>
        <source>This network did not learn a variance: choose a fixed one, large or small.</source>
        <translation>이 신경망은 분산을 학습하지 않았습니다. 큰 고정 분산이나 작은 고정 분산을 고르세요.</translation>
    </message>
    <message>
        <source>{count:,} samples need more room than memory and the disk have for one chain; choose {largest_count:,} or fewer, or free some space.</source>
        <translation>표본 {count:,}개는 한 사슬에 쓸 수 있는 메모리와 디스크보다 큽니다. {largest_count:,}개 이하를 고르거나 공간을 비우세요.</translation>
    </message>
    <message>
        <source>hidden_width {width} must be divisible by norm_groups {groups}.</source>
        <translation>hidden_width {width}은(는) norm_groups {groups}(으)로 나누어떨어져야 합니다.</translation>
    </message>
    <message>
        <source>A classifier knows neither a class nor a variance.</source>
        <translation>분류기의 몸체에는 클래스도 분산도 없어야 합니다.</translation>
    </message>
    <message>
        <source>{channels} channels cannot be shared out among the heads of attention.</source>
        <translation>채널 {channels}개를 어텐션 헤드에 나눌 수 없습니다.</translation>
    </message>
    <message>
        <source>{count} sines and cosines of t are no whole pairs.</source>
        <translation>t의 사인과 코사인 {count}개는 짝이 맞지 않습니다.</translation>
    </message>
    <message>
        <source>{name} must be a list.</source>
        <translation>{name}은(는) 목록이어야 합니다.</translation>
    </message>
    <message>
        <source>{name} must have one entry for each of the {levels} levels.</source>
        <translation>{name}에는 {levels}개 층위마다 값이 하나씩 있어야 합니다.</translation>
    </message>
    <message>
        <source>{channels} channels cannot be shared out among {norm_groups} groups.</source>
        <translation>채널 {channels}개를 그룹 {norm_groups}개로 똑같이 나눌 수 없습니다.</translation>
    </message>
    <message>
        <source>For {levels} levels image_size must be a multiple of {factor}, not {image_size}.</source>
        <translation>층위가 {levels}개이면 image_size는 {factor}의 배수여야 하며 {image_size}일 수 없습니다.</translation>
    </message>
    <message>
        <source>{name} must be one of {allowed}, not {value}.</source>
        <translation>{name}은(는) {allowed} 중 하나여야 하며 {value}일 수 없습니다.</translation>
    </message>
    <message>
        <source>{name} must be above 0 and at most {high:g}, not {value}.</source>
        <translation>{name}은(는) 0보다 크고 {high:g} 이하여야 하며 {value}일 수 없습니다.</translation>
    </message>
    <message>
        <source>“{file}” is nothing that DDPM Studio knows: drop a model, a noisy classifier, the folder of a training, or pictures or arrays to train on.</source>
        <translation>“{file}”은(는) DDPM Studio가 아는 것이 아닙니다. 모델, 노이즈 분류기, 학습 폴더, 또는 학습할 그림이나 배열을 놓으세요.</translation>
    </message>
    <message>
        <source>“{folder}” holds {count} checkpoints: drop one of them, such as {file}.</source>
        <translation>“{folder}”에 체크포인트가 {count}개 있습니다. {file}처럼 그중 하나를 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>“{file}” is the open model&apos;s own file: choose another name.</source>
        <translation>“{file}”은(는) 지금 열린 모델의 파일입니다. 다른 이름을 고르세요.</translation>
    </message>
    <message>
        <source>Samples of {count} times in “{folder}” are damaged or of another version: they are left out of the history.</source>
        <translation>“{folder}”에 있는 {count}개 시점의 표본이 손상되었거나 다른 버전의 것입니다. 기록에서 제외합니다.</translation>
    </message>
    <message>
        <source>No temporary file can be made in {folder}: {reason}. Choose fewer samples, or set TMPDIR to a folder with more room before starting.</source>
        <translation>{folder}에 임시 파일을 만들 수 없습니다({reason}). 표본 수를 줄이거나, 시작하기 전에 TMPDIR을 여유 있는 폴더로 정하세요.</translation>
    </message>
    <message>
        <source>The disk with the temporary folder {folder} takes no more: {reason}. The steps so far stay; free some space or choose fewer samples.</source>
        <translation>임시 폴더 {folder}가 있는 디스크에 더 쓸 수 없습니다({reason}). 지금까지의 단계는 남아 있습니다. 공간을 비우거나 표본 수를 줄이세요.</translation>
    </message>
    <message>
        <source>A step cannot be read from the temporary file in {folder}: {reason}.</source>
        <translation>{folder}의 임시 파일에서 단계를 읽을 수 없습니다({reason}).</translation>
    </message>
    <message>
        <source>{name} cannot be trained yet: get its data with “ddpm-studio data download {data_set}”, or in the window under File, Data sets.</source>
        <translation>{name}은(는) 아직 학습할 수 없습니다. “ddpm-studio data download {data_set}” 명령이나 창의 파일, 데이터 세트에서 데이터를 받으세요.</translation>
    </message>
    <message>
        <source>{name} cannot be trained: its data {data_set!r} are not there.</source>
        <translation>{name}을(를) 학습할 수 없습니다. 데이터 {data_set!r}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>Networks are compiled on CUDA alone: on this device ({device}) this one is trained as it is.</source>
        <translation>신경망 컴파일은 CUDA에서만 됩니다. 이 장치({device})에서는 컴파일하지 않고 학습합니다.</translation>
    </message>
    <message>
        <source>The network could not be compiled, and is trained as it is: {reason}.</source>
        <translation>신경망을 컴파일하지 못해 그대로 학습합니다: {reason}.</translation>
    </message>
    <message>
        <source>The network could not be compiled in another process, and is trained as it is.</source>
        <translation>다른 프로세스에서 신경망을 컴파일하지 못해 그대로 학습합니다.</translation>
    </message>
    <message>
        <source>{field} must be true or false.</source>
        <translation>{field} 값은 true 또는 false여야 합니다.</translation>
    </message>
    <message>
        <source>{field} must be a schedule.</source>
        <translation>{field}은(는) 스케줄이어야 합니다.</translation>
    </message>
    <message>
        <source>{field} is not valid: {reason}.</source>
        <translation>{field}이(가) 올바르지 않습니다: {reason}.</translation>
    </message>
    <message>
        <source>{field} must be a network.</source>
        <translation>{field}은(는) 신경망이어야 합니다.</translation>
    </message>
    <message>
        <source>{field} makes samples of shape {made}, and {data_set} are {wanted}.</source>
        <translation>{field}이(가) 만드는 샘플의 모양은 {made}인데 {data_set}의 모양은 {wanted}입니다.</translation>
    </message>
    <message>
        <source>There is no setting {field!r} of a training.</source>
        <translation>학습에는 {field!r}(이)라는 설정이 없습니다.</translation>
    </message>
    <message>
        <source>{field} is missing or not an object.</source>
        <translation>{field}이(가) 없거나 객체가 아닙니다.</translation>
    </message>
    <message>
        <source>{field} is missing.</source>
        <translation>{field}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>{field} is another project&apos;s: such models can be opened, and not be trained here.</source>
        <translation>{field}: 다른 프로젝트의 신경망입니다. 이런 모델은 열 수는 있지만 여기서 학습할 수는 없습니다.</translation>
    </message>
    <message>
        <source>{field} must be a text of at most {most} characters.</source>
        <translation>{field}은(는) 많아야 {most}자의 글이어야 합니다.</translation>
    </message>
    <message>
        <source>{field} must be a whole number from {low} to {high}, not {value}.</source>
        <translation>{field}은(는) {low}에서 {high} 사이의 정수여야 하는데 {value}입니다.</translation>
    </message>
    <message>
        <source>{field} must be {rule}, not {value}.</source>
        <translation>{field}은(는) {rule}이어야 하는데 {value}입니다.</translation>
    </message>
    <message>
        <source>{field} must be one of {choices}, not {value}.</source>
        <translation>{field}은(는) {choices} 중 하나여야 하는데 {value}입니다.</translation>
    </message>
    <message>
        <source>a positive number</source>
        <translation>0보다 큰 값</translation>
    </message>
    <message>
        <source>at least 0 and under 1</source>
        <translation>0 이상 1 미만</translation>
    </message>
    <message>
        <source>{file} is not a training: {reason}.</source>
        <translation>“{file}”은(는) 학습이 아닙니다: {reason}.</translation>
    </message>
    <message>
        <source>{file} is not valid JSON.</source>
        <translation>“{file}”은(는) 올바른 JSON이 아닙니다.</translation>
    </message>
    <message>
        <source>{file} holds no JSON object.</source>
        <translation>“{file}”에 JSON 객체가 없습니다.</translation>
    </message>
    <message>
        <source>{file} describes no training that can be: {reason}.</source>
        <translation>“{file}”에 적힌 학습은 할 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>{path} is not a file.</source>
        <translation>“{path}”은(는) 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>{file} is larger than any description of a training.</source>
        <translation>“{file}”은(는) 학습을 적은 파일이라기에는 너무 큽니다.</translation>
    </message>
    <message>
        <source>The network is made for {classes} classes, and the data {data_set!r} have {there}: give its “classes” that number.</source>
        <translation>신경망은 클래스 {classes}개용인데 데이터 {data_set!r}에는 {there}개가 있습니다. “classes”를 그 수로 정하세요.</translation>
    </message>
    <message>
        <source>The data {data_set!r} have other classes than when the training began: import them as they were, or begin another training.</source>
        <translation>데이터 {data_set!r}의 클래스가 학습을 시작할 때와 다릅니다. 그때의 데이터를 다시 가져오거나 새로 학습을 시작하세요.</translation>
    </message>
    <message>
        <source>The data {data_set!r} have no labels, so that no network can be trained to know their classes: train it without, or choose images that have labels.</source>
        <translation>데이터 {data_set!r}에는 레이블이 없어 클래스를 아는 신경망을 학습시킬 수 없습니다. 클래스 없이 학습시키거나 레이블이 있는 이미지를 고르세요.</translation>
    </message>
    <message>
        <source>The device has not enough memory for this network, not even with one sample a step: choose a smaller network or another device. Nothing is lost.</source>
        <translation>한 단계에 샘플 하나로도 이 신경망에는 장치의 메모리가 부족합니다. 더 작은 신경망이나 다른 장치를 고르십시오. 잃은 것은 없습니다.</translation>
    </message>
    <message>
        <source>The device has not enough memory for {batch_size} samples a step, but for {fitting}: go on with that batch size. Nothing is lost.</source>
        <translation>장치의 메모리가 한 단계에 샘플 {batch_size}개에는 부족하지만 {fitting}개에는 충분합니다. 그 배치 크기로 이어 가십시오. 잃은 것은 없습니다.</translation>
    </message>
    <message>
        <source>There is no preset {name!r}; there are {names}.</source>
        <translation>{name!r}(이)라는 프리셋이 없습니다. 있는 프리셋은 {names}입니다.</translation>
    </message>
    <message>
        <source>The list must hold from 1 to {most:,} numbers, not {count:,}.</source>
        <translation>목록에는 숫자가 1개부터 {most:,}개까지 있어야 하는데 {count:,}개가 있습니다.</translation>
    </message>
    <message>
        <source>The limit of x_0 must be above 0 and at most {most:g}, not {clip}.</source>
        <translation>x_0의 한계는 0보다 크고 {most:g} 이하여야 하는데 {clip}입니다.</translation>
    </message>
    <message>
        <source>The loss is not a number after {steps} steps; try a lower learning rate.</source>
        <translation>{steps}단계 뒤의 손실이 수가 아닙니다. 학습률을 낮추어 시도하세요.</translation>
    </message>
    <message>
        <source>The training began with another {field}: it cannot go on with this one.</source>
        <translation>학습을 시작할 때의 {field}이(가) 달라서 이것으로는 이어 갈 수 없습니다.</translation>
    </message>
    <message>
        <source>{word} at place {place} is not a number.</source>
        <translation>{place}번째의 {word}은(는) 숫자가 아닙니다.</translation>
    </message>
    <message>
        <source>{name} is not a file.</source>
        <translation>{name}은(는) 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>{name}을(를) 읽을 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>{name} is larger than {most:,} bytes: too large for a list of numbers.</source>
        <translation>{name}은(는) {most:,}바이트보다 큽니다. 숫자 목록으로는 너무 큽니다.</translation>
    </message>
    <message>
        <source>{name} is not a text file.</source>
        <translation>{name}은(는) 텍스트 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>This model&apos;s chains end at T = {T}; there is no t = {t}.</source>
        <translation>이 모델의 연쇄는 T = {T}에서 끝나므로 t = {t}은(는) 없습니다.</translation>
    </message>
</context>
<context>
    <name>Questions</name>
    <message>
        <source>Weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>Steps, T</source>
        <translation>단계 수, T</translation>
    </message>
    <message>
        <source>Noise schedule</source>
        <translation>노이즈 스케줄</translation>
    </message>
    <message>
        <source>β of the first step</source>
        <translation>첫 단계의 β</translation>
    </message>
    <message>
        <source>β of the last step</source>
        <translation>마지막 단계의 β</translation>
    </message>
    <message>
        <source>The network predicts</source>
        <translation>신경망가 예측하는 것</translation>
    </message>
    <message>
        <source>Variance of the reverse steps</source>
        <translation>역방향 단계의 분산</translation>
    </message>
    <message>
        <source>Heads of attention</source>
        <translation>어텐션 헤드 수</translation>
    </message>
    <message>
        <source>Limit of the predicted x₀ (0: none)</source>
        <translation>예측한 x₀의 한계 (0: 없음)</translation>
    </message>
    <message>
        <source>Width of a head (0: by their number)</source>
        <translation>헤드의 너비 (0: 헤드 수로 정함)</translation>
    </message>
    <message>
        <source>Order of queries, keys and values</source>
        <translation>쿼리, 키, 값의 순서</translation>
    </message>
    <message>
        <source>Image size in pixels</source>
        <translation>이미지 크기 (픽셀)</translation>
    </message>
    <message>
        <source>t is rescaled to 1000 steps</source>
        <translation>t를 1000단계에 맞춤</translation>
    </message>
    <message>
        <source>Blocks per level</source>
        <translation>층위마다의 블록 수</translation>
    </message>
    <message>
        <source>Factor of t</source>
        <translation>t에 곱하는 수</translation>
    </message>
    <message>
        <source>Groups of the group normalisation</source>
        <translation>그룹 정규화의 그룹 수</translation>
    </message>
    <message>
        <source>Base of the sines of t</source>
        <translation>t의 사인 함수의 밑</translation>
    </message>
    <message>
        <source>Data of the forward chain</source>
        <translation>순방향 연쇄의 데이터</translation>
    </message>
    <message>
        <source>the noise, ε</source>
        <translation>노이즈 ε</translation>
    </message>
    <message>
        <source>the data, x₀</source>
        <translation>데이터 x₀</translation>
    </message>
    <message>
        <source>the velocity, v</source>
        <translation>속도 v</translation>
    </message>
    <message>
        <source>the mean of x at t − 1</source>
        <translation>t − 1에서 x의 평균</translation>
    </message>
    <message>
        <source>fixed, large: β</source>
        <translation>고정, 큰 쪽: β</translation>
    </message>
    <message>
        <source>fixed, small: β̃</source>
        <translation>고정, 작은 쪽: β̃</translation>
    </message>
    <message>
        <source>learned by the network</source>
        <translation>신경망가 학습한 분산</translation>
    </message>
    <message>
        <source>linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>코사인</translation>
    </message>
    <message>
        <source>head by head</source>
        <translation>헤드마다 차례로</translation>
    </message>
    <message>
        <source>all queries, all keys, all values</source>
        <translation>모든 쿼리, 모든 키, 모든 값</translation>
    </message>
    <message>
        <source>quadratic</source>
        <translation>이차</translation>
    </message>
    <message>
        <source>sigmoid</source>
        <translation>시그모이드</translation>
    </message>
    <message>
        <source>the moving average</source>
        <translation>이동 평균</translation>
    </message>
    <message>
        <source>those of the last step</source>
        <translation>마지막 단계의 가중치</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>예</translation>
    </message>
    <message>
        <source>no</source>
        <translation>아니요</translation>
    </message>
    <message>
        <source>not known: its own samples</source>
        <translation>모름: 모델의 표본</translation>
    </message>
</context>
<context>
    <name>SampleHistory</name>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>표본</translation>
    </message>
    <message>
        <source>step {0}</source>
        <translation>스텝 {0}</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>학습 시간</translation>
    </message>
    <message>
        <source>Real data, as noisy as at this t: what the samples should look like</source>
        <translation>이 t만큼 노이즈를 더한 실제 데이터: 표본이 닮아야 할 모습</translation>
    </message>
    <message>
        <source>Drawn with the averaged weights of that step, from the same noise every time: what changes is what was learned</source>
        <translation>그 스텝의 평균 가중치로, 매번 같은 노이즈에서 뽑은 표본: 달라진 것은 그동안 배운 것입니다</translation>
    </message>
    <message>
        <source>Training time: samples of earlier steps</source>
        <translation>학습 시간: 이전 스텝의 표본</translation>
    </message>
    <message>
        <source>t: from the data at the left to the noise</source>
        <translation>t: 왼쪽의 데이터에서 노이즈까지</translation>
    </message>
    <message>
        <source>Follow the newest samples</source>
        <translation>가장 새로운 표본 따라가기</translation>
    </message>
    <message>
        <source>Play from noise to data</source>
        <translation>노이즈에서 데이터까지 재생</translation>
    </message>
</context>
<context>
    <name>Sampling</name>
    <message>
        <source>exact denoiser</source>
        <translation>정확한 디노이저</translation>
    </message>
    <message>
        <source>{0} steps</source>
        <translation>{0}단계</translation>
    </message>
    <message>
        <source>{0} of {1} steps</source>
        <translation>{0}/{1}단계</translation>
    </message>
    <message>
        <source>{0} (output off by {1} %)</source>
        <translation>{0} (출력 오차 {1} %)</translation>
    </message>
    <message>
        <source>class {0}</source>
        <translation>클래스 {0}</translation>
    </message>
    <message>
        <source>guidance {0}</source>
        <translation>가이던스 {0}</translation>
    </message>
</context>
<context>
    <name>SamplingPopup</name>
    <message>
        <source>of {0}</source>
        <translation>/ {0}</translation>
    </message>
    <message>
        <source>The number of steps must be a whole number from 1 to {0}.</source>
        <translation>단계 수는 1부터 {0}까지의 정수여야 합니다.</translation>
    </message>
    <message>
        <source>The limit of x₀ must be a number above 0 and at most {0}.</source>
        <translation>x₀의 한계는 0보다 크고 {0} 이하인 수여야 합니다.</translation>
    </message>
    <message>
        <source>How the reverse chain is sampled</source>
        <translation>역방향 연쇄의 샘플링 방법</translation>
    </message>
    <message>
        <source>x₀ predicted by</source>
        <translation>x₀의 예측</translation>
    </message>
    <message>
        <source>Sampler</source>
        <translation>샘플러</translation>
    </message>
    <message>
        <source>Variance σ&lt;sub&gt;t&lt;/sub&gt;²</source>
        <translation>분산 σ&lt;sub&gt;t&lt;/sub&gt;²</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>단계 수</translation>
    </message>
    <message>
        <source>Limit x₀ to ±</source>
        <translation>x₀를 ±로 제한</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>All</source>
        <translation>전부</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>신경망</translation>
    </message>
    <message>
        <source>The trained network predicts x₀ from x&lt;sub&gt;t&lt;/sub&gt;.</source>
        <translation>학습한 신경망이 x&lt;sub&gt;t&lt;/sub&gt;에서 x₀를 예측합니다.</translation>
    </message>
    <message>
        <source>Exact</source>
        <translation>정확한 값</translation>
    </message>
    <message>
        <source>E[x₀ | x&lt;sub&gt;t&lt;/sub&gt;], computed from the data by Bayes&apos; rule: what a perfect network would predict. Compare the two.</source>
        <translation>E[x₀ | x&lt;sub&gt;t&lt;/sub&gt;]를 베이즈 정리로 데이터에서 계산합니다. 완벽한 신경망이 예측할 값입니다. 둘을 비교해 보세요.</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;Ancestral sampling&lt;/b&gt; (Ho et al. 2020): every step adds fresh noise of variance σ&lt;sub&gt;t&lt;/sub&gt;².&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;조상 샘플링&lt;/b&gt; (Ho et al. 2020): 단계마다 분산 σ&lt;sub&gt;t&lt;/sub&gt;²인 새 노이즈를 더합니다.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;DDIM&lt;/b&gt; (Song et al. 2021): with η = 0 no noise is added, so that x&lt;sub&gt;T&lt;/sub&gt; alone decides x₀; few steps are often enough.&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;DDIM&lt;/b&gt; (Song et al. 2021): η = 0이면 노이즈를 더하지 않아 x&lt;sub&gt;T&lt;/sub&gt;만으로 x₀가 정해집니다. 적은 단계로도 충분할 때가 많습니다.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;Fixed large&lt;/b&gt;, σ&lt;sub&gt;t&lt;/sub&gt;² = β&lt;sub&gt;t&lt;/sub&gt;: best where x₀ ~ N(0, I).&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;큰 고정 분산&lt;/b&gt;, σ&lt;sub&gt;t&lt;/sub&gt;² = β&lt;sub&gt;t&lt;/sub&gt;: x₀ ~ N(0, I)일 때 최적입니다.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>fixed large: beta</source>
        <translation>큰 고정 분산: 베타</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;Fixed small&lt;/b&gt;, σ&lt;sub&gt;t&lt;/sub&gt;² = β̃&lt;sub&gt;t&lt;/sub&gt; = (1 − ᾱ&lt;sub&gt;t−1&lt;/sub&gt;) / (1 − ᾱ&lt;sub&gt;t&lt;/sub&gt;) β&lt;sub&gt;t&lt;/sub&gt;: best where x₀ is a single point.&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;작은 고정 분산&lt;/b&gt;, σ&lt;sub&gt;t&lt;/sub&gt;² = β̃&lt;sub&gt;t&lt;/sub&gt; = (1 − ᾱ&lt;sub&gt;t−1&lt;/sub&gt;) / (1 − ᾱ&lt;sub&gt;t&lt;/sub&gt;) β&lt;sub&gt;t&lt;/sub&gt;: x₀가 한 점일 때 최적입니다.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>fixed small: beta tilde</source>
        <translation>작은 고정 분산: 베타 틸데</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;Learned&lt;/b&gt;: the network says for every pixel where between β̃&lt;sub&gt;t&lt;/sub&gt; and β&lt;sub&gt;t&lt;/sub&gt; the variance lies.&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;학습한 분산&lt;/b&gt;: 분산이 β̃&lt;sub&gt;t&lt;/sub&gt;와 β&lt;sub&gt;t&lt;/sub&gt; 사이 어디에 있는지 신경망가 픽셀마다 알려 줍니다.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>learned by the network</source>
        <translation>신경망가 학습한 분산</translation>
    </message>
    <message>
        <source>The network computes with 24 binary digits.</source>
        <translation>신경망이 이진수 24자리로 계산합니다.</translation>
    </message>
    <message>
        <source>The network computes with 8 binary digits: faster where the device knows such numbers. How far its output is off is measured, and shown.</source>
        <translation>신경망이 이진수 8자리로 계산합니다. 장치가 그런 수를 지원하면 더 빠릅니다. 출력의 오차를 재어 보여 줍니다.</translation>
    </message>
    <message>
        <source>How much noise DDIM adds: 0 none, 1 as much as DDPM with the small variance</source>
        <translation>DDIM이 더하는 노이즈의 양: 0이면 없음, 1이면 작은 분산의 DDPM과 같음</translation>
    </message>
    <message>
        <source>How many of the model&apos;s T steps are taken, evenly spaced. The schedule is respaced, not cut off: the chain still begins at T.</source>
        <translation>모델의 T단계 가운데 고른 간격으로 몇 단계를 밟는지. 스케줄을 자르지 않고 간격을 다시 나누므로, 연쇄는 여전히 T에서 시작합니다.</translation>
    </message>
    <message>
        <source>Limit the predicted x₀ before the mean is formed, as for images with values from −1 to 1</source>
        <translation>평균을 만들기 전에 예측한 x₀를 제한합니다. 값이 −1부터 1까지인 이미지에 알맞습니다</translation>
    </message>
    <message>
        <source>The limit of the predicted x₀</source>
        <translation>예측한 x₀의 한계</translation>
    </message>
    <message>
        <source>Network in</source>
        <translation>신경망 정밀도</translation>
    </message>
    <message>
        <source>Sample as the model was made to be sampled</source>
        <translation>모델이 만들어진 대로 샘플링합니다</translation>
    </message>
    <message>
        <source>Take {0} steps</source>
        <translation>{0}단계로 샘플링</translation>
    </message>
    <message>
        <source>Take all steps</source>
        <translation>모든 단계로 샘플링</translation>
    </message>
    <message>
        <source>Without knowing the data there is no exact denoiser.</source>
        <translation>데이터를 모르면 정확한 디노이저가 없습니다.</translation>
    </message>
    <message>
        <source>Exact for the distribution of the data.</source>
        <translation>데이터의 분포에 대해 정확합니다.</translation>
    </message>
    <message>
        <source>Exact for the training images: it repeats them.</source>
        <translation>학습 이미지에 대해 정확하므로, 그 이미지들을 되풀이합니다.</translation>
    </message>
    <message>
        <source>Exact for the points at the left: it repeats them.</source>
        <translation>왼쪽의 점들에 대해 정확하므로, 그 점들을 되풀이합니다.</translation>
    </message>
</context>
<context>
    <name>SavingDialogs</name>
    <message>
        <source>Save a copy as a DDPM Studio model</source>
        <translation>DDPM Studio 모델로 사본 저장</translation>
    </message>
    <message>
        <source>DDPM Studio models (*.safetensors)</source>
        <translation>DDPM Studio 모델 (*.safetensors)</translation>
    </message>
    <message>
        <source>Saving “{0}” …</source>
        <translation>“{0}” 저장 중 …</translation>
    </message>
    <message>
        <source>Writing “{0}” …</source>
        <translation>“{0}” 쓰는 중 …</translation>
    </message>
    <message>
        <source>“{0}” is saved in {1}: a model of DDPM Studio.</source>
        <translation>“{0}”을(를) {1}에 저장했습니다. DDPM Studio 모델입니다.</translation>
    </message>
    <message>
        <source>“{0}” is written in {1}: a folder that diffusers opens.</source>
        <translation>“{0}”을(를) {1}에 썼습니다. diffusers로 여는 폴더입니다.</translation>
    </message>
</context>
<context>
    <name>ScheduleForm</name>
    <message>
        <source>T must be a whole number of steps between 1 and {0}.</source>
        <translation>T는 1과 {0} 사이의 정수 단계 수여야 합니다.</translation>
    </message>
    <message>
        <source>{0} must be a number between 0 and 1, such as 1e-4 or 0.02.</source>
        <translation>{0}은(는) 1e-4나 0.02처럼 0과 1 사이의 수여야 합니다.</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>선형</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>코사인</translation>
    </message>
    <message>
        <source>Number of steps of the forward chain, from 1 to {0}</source>
        <translation>순방향 연쇄의 단계 수, 1부터 {0}까지</translation>
    </message>
    <message>
        <source>Reset to the model&apos;s schedule</source>
        <translation>모델의 스케줄로 되돌리기</translation>
    </message>
    <message>
        <source>Give the forward chain the schedule with which the model was trained.</source>
        <translation>모델이 학습된 스케줄을 순방향 연쇄에 다시 줍니다.</translation>
    </message>
    <message>
        <source>Kind of schedule</source>
        <translation>스케줄 종류</translation>
    </message>
    <message>
        <source>Number of steps T</source>
        <translation>단계 수 T</translation>
    </message>
    <message>
        <source>beta of the first step</source>
        <translation>첫 단계의 베타</translation>
    </message>
    <message>
        <source>beta of the last step</source>
        <translation>마지막 단계의 베타</translation>
    </message>
    <message>
        <source>Sigmoid</source>
        <translation>시그모이드</translation>
    </message>
    <message>
        <source>Quadratic</source>
        <translation>이차</translation>
    </message>
    <message>
        <source>Constant</source>
        <translation>상수</translation>
    </message>
    <message>
        <source>List…</source>
        <translation>목록…</translation>
    </message>
    <message>
        <source>&lt;b&gt;Linear&lt;/b&gt;: β&lt;sub&gt;t&lt;/sub&gt; evenly spaced from β₁ to β&lt;sub&gt;T&lt;/sub&gt; (Ho et al. 2020).</source>
        <translation>&lt;b&gt;선형&lt;/b&gt;: β&lt;sub&gt;t&lt;/sub&gt;가 β₁부터 β&lt;sub&gt;T&lt;/sub&gt;까지 고른 간격 (Ho et al. 2020).</translation>
    </message>
    <message>
        <source>&lt;b&gt;Cosine&lt;/b&gt;: ᾱ&lt;sub&gt;t&lt;/sub&gt; follows cos² (Nichol &amp;amp; Dhariwal 2021).</source>
        <translation>&lt;b&gt;코사인&lt;/b&gt;: ᾱ&lt;sub&gt;t&lt;/sub&gt;가 cos²을 따름 (Nichol &amp;amp; Dhariwal 2021).</translation>
    </message>
    <message>
        <source>&lt;b&gt;Sigmoid&lt;/b&gt;: β&lt;sub&gt;t&lt;/sub&gt; along an S from β₁ to β&lt;sub&gt;T&lt;/sub&gt;.</source>
        <translation>&lt;b&gt;시그모이드&lt;/b&gt;: β&lt;sub&gt;t&lt;/sub&gt;가 β₁부터 β&lt;sub&gt;T&lt;/sub&gt;까지 S자를 그림.</translation>
    </message>
    <message>
        <source>&lt;b&gt;Quadratic&lt;/b&gt;: √β&lt;sub&gt;t&lt;/sub&gt; evenly spaced, the “scaled linear” of Stable Diffusion.</source>
        <translation>&lt;b&gt;이차&lt;/b&gt;: √β&lt;sub&gt;t&lt;/sub&gt;가 고른 간격, Stable Diffusion의 “scaled linear”.</translation>
    </message>
    <message>
        <source>&lt;b&gt;Constant&lt;/b&gt;: the same β at every step.</source>
        <translation>&lt;b&gt;상수&lt;/b&gt;: 모든 단계에서 같은 β.</translation>
    </message>
    <message>
        <source>&lt;b&gt;List&lt;/b&gt;: any β&lt;sub&gt;1&lt;/sub&gt; … β&lt;sub&gt;T&lt;/sub&gt;, pasted or from a file.</source>
        <translation>&lt;b&gt;목록&lt;/b&gt;: 붙여 넣거나 파일에서 읽은 임의의 β&lt;sub&gt;1&lt;/sub&gt; … β&lt;sub&gt;T&lt;/sub&gt;.</translation>
    </message>
    <message>
        <source>β of every step: how much noise it adds. Such as 0.01.</source>
        <translation>모든 단계의 β: 더하는 노이즈의 양. 예를 들면 0.01.</translation>
    </message>
    <message>
        <source>β of the first step: how much noise it adds. Such as 1e-4.</source>
        <translation>첫 단계의 β: 더하는 노이즈의 양. 예: 1e-4.</translation>
    </message>
    <message>
        <source>β of the last step: how much noise it adds. Such as 0.02.</source>
        <translation>마지막 단계의 β: 더하는 노이즈의 양. 예: 0.02.</translation>
    </message>
    <message>
        <source>The betas are a list: choose “List…” again to change it.</source>
        <translation>β는 목록입니다. 바꾸려면 “목록…”을 다시 고르세요.</translation>
    </message>
    <message>
        <source>The constant schedule has a single β.</source>
        <translation>상수 스케줄에는 β가 하나뿐입니다.</translation>
    </message>
    <message>
        <source>The cosine schedule has no free β: it follows from T.</source>
        <translation>코사인 스케줄에는 정할 β가 없습니다. T에서 정해집니다.</translation>
    </message>
</context>
<context>
    <name>SchedulePanel</name>
    <message>
        <source>Noise schedule over t</source>
        <translation>t에 따른 노이즈 스케줄</translation>
    </message>
    <message>
        <source>Click or drag to go to a t; ← and → step.</source>
        <translation>클릭하거나 끌면 그 t로 갑니다. ←와 →는 한 단계씩 움직입니다.</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;ᾱ&lt;sub&gt;t&lt;/sub&gt; = ∏&lt;sub&gt;s ≤ t&lt;/sub&gt; (1 − β&lt;sub&gt;s&lt;/sub&gt;)&lt;/b&gt;: how much of x₀ is left. x&lt;sub&gt;t&lt;/sub&gt; = √ᾱ&lt;sub&gt;t&lt;/sub&gt; x₀ + √(1 − ᾱ&lt;sub&gt;t&lt;/sub&gt;) ε&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;ᾱ&lt;sub&gt;t&lt;/sub&gt; = ∏&lt;sub&gt;s ≤ t&lt;/sub&gt; (1 − β&lt;sub&gt;s&lt;/sub&gt;)&lt;/b&gt;: x₀가 얼마나 남았는지입니다. x&lt;sub&gt;t&lt;/sub&gt; = √ᾱ&lt;sub&gt;t&lt;/sub&gt; x₀ + √(1 − ᾱ&lt;sub&gt;t&lt;/sub&gt;) ε&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Forward schedule</source>
        <translation>순방향 스케줄</translation>
    </message>
    <message>
        <source>alpha bar</source>
        <translation>알파 바</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;β&lt;sub&gt;t&lt;/sub&gt;&lt;/b&gt;: the variance of the noise that step t adds, t = 1 … T&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;β&lt;sub&gt;t&lt;/sub&gt;&lt;/b&gt;: 단계 t가 더하는 노이즈의 분산, t = 1 … T&lt;/p&gt;</translation>
    </message>
    <message>
        <source>beta</source>
        <translation>베타</translation>
    </message>
    <message>
        <source>&lt;p&gt;&lt;b&gt;SNR&lt;sub&gt;t&lt;/sub&gt; = ᾱ&lt;sub&gt;t&lt;/sub&gt; / (1 − ᾱ&lt;sub&gt;t&lt;/sub&gt;)&lt;/b&gt;: the signal-to-noise ratio (logarithmic); infinite at t = 0&lt;/p&gt;</source>
        <translation>&lt;p&gt;&lt;b&gt;SNR&lt;sub&gt;t&lt;/sub&gt; = ᾱ&lt;sub&gt;t&lt;/sub&gt; / (1 − ᾱ&lt;sub&gt;t&lt;/sub&gt;)&lt;/b&gt;: 신호 대 노이즈 비(로그 눈금). t = 0에서는 무한대입니다&lt;/p&gt;</translation>
    </message>
    <message>
        <source>signal-to-noise ratio</source>
        <translation>신호 대 노이즈 비</translation>
    </message>
    <message>
        <source>Blue: the forward chain&apos;s schedule. The reverse chain keeps the one that its model was trained with; orange, where it differs.</source>
        <translation>파란색: 순방향 연쇄의 스케줄. 역방향 연쇄는 모델을 학습할 때의 스케줄을 그대로 씁니다. 다르면 주황색으로 그립니다.</translation>
    </message>
    <message>
        <source>linear, T = {0}</source>
        <translation>선형, T = {0}</translation>
    </message>
    <message>
        <source>sigmoid, T = {0}</source>
        <translation>시그모이드, T = {0}</translation>
    </message>
    <message>
        <source>quadratic, T = {0}</source>
        <translation>이차, T = {0}</translation>
    </message>
    <message>
        <source>constant, T = {0}</source>
        <translation>상수, T = {0}</translation>
    </message>
    <message>
        <source>a list, T = {0}</source>
        <translation>목록, T = {0}</translation>
    </message>
    <message>
        <source>cosine, T = {0}</source>
        <translation>코사인, T = {0}</translation>
    </message>
</context>
<context>
    <name>Storage</name>
    <message>
        <source>Kept as 16-bit numbers: off by 0.05 % of a value at most.</source>
        <translation>16비트 수로 보관합니다. 오차는 값의 0.05 % 이하입니다.</translation>
    </message>
    <message>
        <source>Kept in 256 levels at each t: off by 0.2 % of the range of x_t at most.</source>
        <translation>각 t마다 256단계로 보관합니다. 오차는 x_t 범위의 0.2 % 이하입니다.</translation>
    </message>
    <message>
        <source>All figures and histograms are of the exact numbers.</source>
        <translation>모든 수치와 히스토그램은 정확한 값에서 구한 것입니다.</translation>
    </message>
    <message>
        <source>Too large for memory: in a temporary file of up to {size} GB.</source>
        <translation>메모리에 담기에는 커서 최대 {size} GB의 임시 파일에 둡니다.</translation>
    </message>
    <message>
        <source>The grid shows averages of pixels; enlarge a sample to see each.</source>
        <translation>격자는 픽셀의 평균을 보입니다. 표본을 확대하면 픽셀 하나하나가 보입니다.</translation>
    </message>
    <message>
        <source>The disk has room for every {count}th picture alone; in between the nearest is shown.</source>
        <translation>디스크에 여유가 없어 {count}번째 그림마다 보관합니다. 그 사이에는 가장 가까운 그림을 보입니다.</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Time step t</source>
        <translation>시점 t</translation>
    </message>
    <message>
        <source>Speed ({0} slower, {1} faster); at 1× the whole chain takes 8 seconds</source>
        <translation>속도 ({0} 느리게, {1} 빠르게). 1×에서는 연쇄 전체에 8초가 걸립니다</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>속도</translation>
    </message>
    <message>
        <source>To noise</source>
        <translation>노이즈로</translation>
    </message>
    <message>
        <source>To data</source>
        <translation>데이터로</translation>
    </message>
    <message>
        <source>At the end: stop</source>
        <translation>끝에서: 멈춤</translation>
    </message>
    <message>
        <source>At the end: start again</source>
        <translation>끝에서: 처음부터 다시</translation>
    </message>
    <message>
        <source>At the end: turn round</source>
        <translation>끝에서: 되돌아감</translation>
    </message>
    <message>
        <source>Plays from data to noise: t rises</source>
        <translation>데이터에서 노이즈로 재생: t가 커집니다</translation>
    </message>
    <message>
        <source>Plays from noise to data: t falls</source>
        <translation>노이즈에서 데이터로 재생: t가 작아집니다</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>재생</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>표본 수</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>Export GIF…</source>
        <translation>GIF 내보내기…</translation>
    </message>
    <message>
        <source>The trained model, and the data it was trained on</source>
        <translation>학습된 모델과 학습에 쓴 데이터</translation>
    </message>
    <message>
        <source>Open a model file (Ctrl+O)</source>
        <translation>모델 파일 열기 (Ctrl+O)</translation>
    </message>
    <message>
        <source>How many samples each chain has</source>
        <translation>각 연쇄의 표본 수</translation>
    </message>
    <message>
        <source>The same seed gives the same chains, always</source>
        <translation>같은 시드는 언제나 같은 연쇄를 만듭니다</translation>
    </message>
    <message>
        <source>Draw both chains anew with another seed (R)</source>
        <translation>다른 시드로 두 연쇄를 새로 뽑기 (R)</translation>
    </message>
    <message>
        <source>Language · 언어</source>
        <translation>Language · 언어</translation>
    </message>
    <message>
        <source>Dark or light (Ctrl+T)</source>
        <translation>어둡게 또는 밝게 (Ctrl+T)</translation>
    </message>
    <message>
        <source>Save the animation as a GIF (Ctrl+E)</source>
        <translation>애니메이션을 GIF로 저장 (Ctrl+E)</translation>
    </message>
    <message>
        <source>Where the reverse chain is computed</source>
        <translation>역방향 연쇄를 계산하는 곳</translation>
    </message>
</context>
<context>
    <name>TrainingControls</name>
    <message>
        <source>{0} of {1}</source>
        <translation>{1} 중 {0}</translation>
    </message>
    <message>
        <source>too early to say</source>
        <translation>아직 이름</translation>
    </message>
    <message>
        <source>still learning</source>
        <translation>아직 배우는 중</translation>
    </message>
    <message>
        <source>flat, samples off</source>
        <translation>손실 정체, 샘플 미흡</translation>
    </message>
    <message>
        <source>converged</source>
        <translation>수렴함</translation>
    </message>
    <message>
        <source>diverged</source>
        <translation>발산함</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>시작</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>스텝</translation>
    </message>
    <message>
        <source>Train a new network with these settings (Ctrl+Enter)</source>
        <translation>이 설정으로 새 신경망을 학습합니다 (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>First correct the field that is wrong.</source>
        <translation>먼저 잘못된 항목을 고치세요.</translation>
    </message>
    <message>
        <source>Slow motion: pause, and take one training step at a time (N)</source>
        <translation>느린 동작: 멈추고 학습 스텝을 하나씩 실행합니다 (N)</translation>
    </message>
    <message>
        <source>Stop and keep</source>
        <translation>끝내고 보관</translation>
    </message>
    <message>
        <source>End here: the model is saved, and the training can go on another time</source>
        <translation>여기서 끝냅니다: 모델은 저장되고 학습은 나중에 이어 갈 수 있습니다</translation>
    </message>
    <message>
        <source>Stop watching</source>
        <translation>그만 지켜보기</translation>
    </message>
    <message>
        <source>Look away; the training itself goes on, wherever it runs</source>
        <translation>지켜보기를 끝냅니다. 학습 자체는 돌아가는 곳에서 계속됩니다</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>버리기…</translation>
    </message>
    <message>
        <source>End, and throw this training away</source>
        <translation>끝내고 이 학습을 버립니다</translation>
    </message>
    <message>
        <source>Progress of the training</source>
        <translation>학습 진행</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>Go on training (P)</source>
        <translation>학습을 계속합니다 (P)</translation>
    </message>
    <message>
        <source>Pause training; its state is saved (P)</source>
        <translation>학습을 멈춥니다. 상태는 저장됩니다 (P)</translation>
    </message>
    <message>
        <source>Training steps done, of those wanted</source>
        <translation>예정된 학습 스텝 중 끝난 수</translation>
    </message>
    <message>
        <source>Time left</source>
        <translation>남은 시간</translation>
    </message>
    <message>
        <source>At the present pace</source>
        <translation>지금 속도로</translation>
    </message>
    <message>
        <source>Steps/s</source>
        <translation>스텝/초</translation>
    </message>
    <message>
        <source>Training steps a second</source>
        <translation>초당 학습 스텝 수</translation>
    </message>
    <message>
        <source>Samples/s</source>
        <translation>표본/초</translation>
    </message>
    <message>
        <source>Samples a second: steps times batch</source>
        <translation>초당 표본 수: 스텝 곱하기 배치</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>What this application takes: of the GPU where it trains there</source>
        <translation>이 프로그램이 쓰는 메모리. GPU에서 학습하면 GPU 메모리</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>At the present step</source>
        <translation>지금 스텝에서</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>판정</translation>
    </message>
    <message>
        <source>&lt;b&gt;Still learning&lt;/b&gt;: the mean loss of the last quarter of the steps is lower than that of the quarter before, by more than chance. &lt;b&gt;Converged&lt;/b&gt;: it is not, or there is hardly anything left above the floor; a network that is too small comes to rest, too. &lt;b&gt;Flat, samples off&lt;/b&gt;: the loss rests, but the samples are more than 1.3 times as far from the data as other data are: the loss is nearly all floor, and hides it. &lt;b&gt;Diverged&lt;/b&gt;: the loss is not a number, or many times its first value.</source>
        <translation>&lt;b&gt;아직 배우는 중&lt;/b&gt;: 마지막 4분의 1 스텝의 평균 손실이 그 앞 4분의 1보다 우연 이상으로 낮습니다. &lt;b&gt;수렴&lt;/b&gt;: 그렇지 않거나, 오차 하한 위에 남은 것이 거의 없습니다. 너무 작은 신경망도 멈춥니다. &lt;b&gt;손실 정체, 샘플 미흡&lt;/b&gt;: 손실은 멈추었지만 샘플이 데이터끼리의 거리보다 1.3배 넘게 멉니다. 손실이 거의 모두 하한이어서 이를 가립니다. &lt;b&gt;발산&lt;/b&gt;: 손실이 숫자가 아니거나 처음 값의 몇 배입니다.</translation>
    </message>
</context>
<context>
    <name>TrainingFields</name>
    <message>
        <source>Preset</source>
        <translation>프리셋</translation>
    </message>
    <message>
        <source>Settings that work, all at once. Each can be changed afterwards.</source>
        <translation>잘 되는 설정을 한꺼번에 고릅니다. 하나하나 나중에 바꿀 수 있습니다.</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>What the network learns to draw: points or images.</source>
        <translation>신경망이 그리는 법을 배울 것: 점 또는 이미지.</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>노이즈</translation>
    </message>
    <message>
        <source>How much noise each of the T steps adds. At t = T nothing but noise should be left.</source>
        <translation>T개의 단계가 각각 더하는 노이즈의 양. t = T에서는 노이즈만 남아야 합니다.</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>스텝 수</translation>
    </message>
    <message>
        <source>How often the weights are changed. More steps take longer, and mostly give better samples.</source>
        <translation>가중치를 바꾸는 횟수. 많을수록 오래 걸리고 대개 표본이 좋아집니다.</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>배치</translation>
    </message>
    <message>
        <source>Samples in each step. More of them make the gradient less noisy, and take more time and memory.</source>
        <translation>스텝마다 쓰는 표본 수. 많을수록 기울기의 노이즈가 줄지만 시간과 메모리가 더 듭니다.</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>How far a step goes, at its highest. Too much, and the loss explodes; too little, and nothing is learned in time.</source>
        <translation>한 스텝의 최대 보폭. 너무 크면 손실이 폭발하고, 너무 작으면 제때 배우지 못합니다.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Of all that is drawn at random. The same seed and settings give the same weights on the same device.</source>
        <translation>모든 무작위의 씨앗. 같은 시드와 설정은 같은 장치에서 같은 가중치를 줍니다.</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>Where it is computed. Small networks for points are as fast on the CPU.</source>
        <translation>계산할 곳. 점을 위한 작은 신경망은 CPU에서도 똑같이 빠릅니다.</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>너비</translation>
    </message>
    <message>
        <source>Units of each hidden layer of the multilayer perceptron (MLP).</source>
        <translation>다층 퍼셉트론(MLP)의 은닉층마다 있는 유닛 수.</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>깊이</translation>
    </message>
    <message>
        <source>Hidden layers of the multilayer perceptron (MLP).</source>
        <translation>다층 퍼셉트론(MLP)의 은닉층 수.</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>채널</translation>
    </message>
    <message>
        <source>Feature maps of the U-Net at full resolution. Twice as many take about four times the time.</source>
        <translation>U-Net의 원래 해상도에서의 특징 맵 수. 두 배로 하면 시간이 네 배쯤 듭니다.</translation>
    </message>
    <message>
        <source>Levels</source>
        <translation>층위</translation>
    </message>
    <message>
        <source>How many times as many channels each level of the U-Net has, with commas between. Each level halves the resolution.</source>
        <translation>U-Net의 층위(해상도)마다 채널이 몇 배인지, 쉼표로 나누어 씁니다. 층위마다 해상도가 반이 됩니다.</translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>블록</translation>
    </message>
    <message>
        <source>ResNet blocks at each level of the U-Net.</source>
        <translation>U-Net의 층위마다 있는 ResNet 블록 수.</translation>
    </message>
    <message>
        <source>Attention at</source>
        <translation>어텐션</translation>
    </message>
    <message>
        <source>Resolutions at which every pixel sees all others, with commas between; empty for none. It costs much at high ones.</source>
        <translation>모든 픽셀이 서로를 보는 해상도, 쉼표로 나누어 씁니다. 비우면 없음. 높은 해상도에서는 비용이 큽니다.</translation>
    </message>
    <message>
        <source>Dropout</source>
        <translation>드롭아웃</translation>
    </message>
    <message>
        <source>The part of the features that is left out at random in training, so that the network does not learn its images by heart.</source>
        <translation>학습할 때 무작위로 빼는 특징의 비율. 신경망이 이미지를 외우지 않게 합니다.</translation>
    </message>
    <message>
        <source>These images have no labels. Pictures in sub-folders, MNIST, CIFAR and arrays with labels keep theirs when they are imported.</source>
        <translation>이 이미지에는 레이블이 없습니다. 하위 폴더의 그림, MNIST, CIFAR, 레이블이 있는 배열은 가져올 때 레이블이 함께 보존됩니다.</translation>
    </message>
    <message>
        <source>The network learns ε(x&lt;sub&gt;t&lt;/sub&gt;, t, y) with the class y of each image, and samples of one class can then be drawn. Without, it learns all images as one.</source>
        <translation>신경망이 각 이미지의 클래스 y와 함께 ε(x&lt;sub&gt;t&lt;/sub&gt;, t, y)를 학습하므로 나중에 한 클래스의 표본을 뽑을 수 있습니다. 선택하지 않으면 모든 이미지를 구별 없이 학습합니다.</translation>
    </message>
    <message>
        <source>Condition on</source>
        <translation>조건</translation>
    </message>
    <message>
        <source>the class: no labels</source>
        <translation>클래스: 레이블 없음</translation>
    </message>
    <message>
        <source>the class</source>
        <translation>클래스</translation>
    </message>
    <message>
        <source>the class (of {0})</source>
        <translation>클래스 ({0}개)</translation>
    </message>
    <message>
        <source>Predicts</source>
        <translation>예측 대상</translation>
    </message>
    <message>
        <source>What the network predicts from x&lt;sub&gt;t&lt;/sub&gt;: the noise ε (as in the paper), the data x₀, or v between the two. One gives the others.</source>
        <translation>신경망이 x&lt;sub&gt;t&lt;/sub&gt;에서 예측하는 것: 노이즈 ε (논문), 데이터 x₀, 또는 둘 사이의 v. 하나를 알면 나머지도 압니다.</translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation>워밍업</translation>
    </message>
    <message>
        <source>Steps over which the learning rate rises from 0 at the beginning.</source>
        <translation>처음에 학습률이 0에서 올라가는 스텝 수.</translation>
    </message>
    <message>
        <source>Afterwards</source>
        <translation>그 뒤에는</translation>
    </message>
    <message>
        <source>What the learning rate does after the warm-up: it falls to 0 along a cosine, or stays (as in the paper).</source>
        <translation>워밍업 뒤의 학습률: 코사인을 따라 0으로 내려가거나, 그대로 유지됩니다 (논문).</translation>
    </message>
    <message>
        <source>Clip gradient</source>
        <translation>기울기 제한</translation>
    </message>
    <message>
        <source>The greatest norm that all gradients together may have; empty for no limit. It keeps one bad batch from doing harm.</source>
        <translation>모든 기울기를 합친 크기의 최댓값. 비우면 제한 없음. 나쁜 배치 하나가 해를 끼치지 못하게 합니다.</translation>
    </message>
    <message>
        <source>EMA decay</source>
        <translation>EMA 감쇠</translation>
    </message>
    <message>
        <source>How slowly the average of the weights follows them; samples are drawn with the average. 0.999 averages over about 1,000 steps.</source>
        <translation>가중치의 평균이 얼마나 천천히 따라가는지. 표본은 이 평균으로 뽑습니다. 0.999는 약 1,000스텝의 평균입니다.</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>정밀도</translation>
    </message>
    <message>
        <source>float32 is exact enough for all. bfloat16 takes half the memory and is faster on new GPUs and some processors.</source>
        <translation>float32는 언제나 충분히 정확합니다. bfloat16은 메모리를 반만 쓰고 새 GPU와 일부 프로세서에서 더 빠릅니다.</translation>
    </message>
    <message>
        <source>Compile</source>
        <translation>컴파일</translation>
    </message>
    <message>
        <source>torch.compile makes the steps faster, after some minutes at the start. Where it fails, the training goes on without it.</source>
        <translation>torch.compile을 쓰면 시작할 때 몇 분이 걸리지만 이후 스텝이 빨라집니다. 실패하면 컴파일 없이 학습을 계속합니다.</translation>
    </message>
    <message>
        <source>Save every</source>
        <translation>저장 간격</translation>
    </message>
    <message>
        <source>Steps from one checkpoint to the next. After a crash or a power cut it goes on from the last one.</source>
        <translation>체크포인트 사이의 스텝 수. 고장이나 정전 뒤에는 마지막 체크포인트에서 이어 갑니다.</translation>
    </message>
    <message>
        <source>The first steps will show how long it takes.</source>
        <translation>얼마나 걸리는지는 처음 몇 스텝이 알려 줍니다.</translation>
    </message>
    <message>
        <source>Made for a GPU: far too long for a CPU.</source>
        <translation>GPU용 설정입니다. CPU로는 너무 오래 걸립니다.</translation>
    </message>
    <message>
        <source>Less than a minute on 2 CPU cores.</source>
        <translation>CPU 코어 2개에서 1분 미만.</translation>
    </message>
    <message>
        <source>About {0} minutes on 2 CPU cores.</source>
        <translation>CPU 코어 2개에서 약 {0}분.</translation>
    </message>
    <message>
        <source>{0}: a whole number from {1} to {2}.</source>
        <translation>{0}: {1}부터 {2}까지의 정수.</translation>
    </message>
    <message>
        <source>{0}: a number above 0, such as 1e-3.</source>
        <translation>{0}: 0보다 큰 수, 예를 들면 1e-3.</translation>
    </message>
    <message>
        <source>{0}: a number above 0, or nothing for no limit.</source>
        <translation>{0}: 0보다 큰 수. 비우면 제한 없음.</translation>
    </message>
    <message>
        <source>{0}: at least 0 and less than 1.</source>
        <translation>{0}: 0 이상 1 미만.</translation>
    </message>
    <message>
        <source>{0}: whole numbers with commas between, such as {1}.</source>
        <translation>{0}: 쉼표로 나눈 정수, 예를 들면 {1}.</translation>
    </message>
    <message>
        <source>{0} levels need images whose size is a multiple of {1}, and these have {2}×{2}: fewer levels.</source>
        <translation>층위가 {0}개이면 이미지 크기가 {1}의 배수여야 하는데 이 이미지는 {2}×{2}입니다. 층위를 줄이세요.</translation>
    </message>
    <message>
        <source>The levels have the resolutions {0}.</source>
        <translation>층위의 해상도는 {0}입니다.</translation>
    </message>
    <message>
        <source>{0}: an even number.</source>
        <translation>{0}: 짝수.</translation>
    </message>
    <message>
        <source>These data are not there: import them (File, Data sets), or choose others.</source>
        <translation>이 데이터가 없습니다. 가져오거나(파일, 데이터 세트) 다른 데이터를 고르세요.</translation>
    </message>
    <message>
        <source>These data are not there yet: download them (File, Data sets).</source>
        <translation>이 데이터가 아직 없습니다. 내려받으세요(파일, 데이터 세트).</translation>
    </message>
</context>
<context>
    <name>TrainingForm</name>
    <message>
        <source>Settings of this training</source>
        <translation>이 학습의 설정</translation>
    </message>
    <message>
        <source>A new training</source>
        <translation>새 학습</translation>
    </message>
    <message>
        <source>Own settings</source>
        <translation>직접 설정</translation>
    </message>
    <message>
        <source>falls to 0 (cosine)</source>
        <translation>0으로 내려감 (코사인)</translation>
    </message>
    <message>
        <source>stays constant</source>
        <translation>그대로 유지</translation>
    </message>
    <message>
        <source>More</source>
        <translation>더 보기</translation>
    </message>
    <message>
        <source>Settings that seldom need another value</source>
        <translation>바꿀 일이 드문 설정</translation>
    </message>
    <message>
        <source>the fastest</source>
        <translation>가장 빠른 장치</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>제한 없음</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>The noise ε, as in the paper</source>
        <translation>노이즈 ε (논문)</translation>
    </message>
    <message>
        <source>The data x₀</source>
        <translation>데이터 x₀</translation>
    </message>
    <message>
        <source>v = √ᾱ&lt;sub&gt;t&lt;/sub&gt; ε − √(1 − ᾱ&lt;sub&gt;t&lt;/sub&gt;) x₀</source>
        <translation>v = √ᾱ&lt;sub&gt;t&lt;/sub&gt; ε − √(1 − ᾱ&lt;sub&gt;t&lt;/sub&gt;) x₀</translation>
    </message>
</context>
<context>
    <name>TrainingPage</name>
    <message>
        <source>The last good state was kept.</source>
        <translation>마지막으로 좋았던 상태를 보관했습니다.</translation>
    </message>
    <message>
        <source>Go on with batches of {0}</source>
        <translation>배치 {0}(으)로 계속</translation>
    </message>
    <message>
        <source>Go on on the CPU</source>
        <translation>CPU에서 계속</translation>
    </message>
    <message>
        <source>Go on with the learning rate {0}</source>
        <translation>학습률 {0}(으)로 계속</translation>
    </message>
    <message>
        <source>The model was saved as {0}.</source>
        <translation>모델을 {0}에 저장했습니다.</translation>
    </message>
    <message>
        <source>Look at it</source>
        <translation>살펴보기</translation>
    </message>
    <message>
        <source>Watch a training: choose its folder (NAME.run)</source>
        <translation>학습 지켜보기: 폴더(NAME.run)를 고르세요</translation>
    </message>
    <message>
        <source>A training goes on here: stop it before you watch another one.</source>
        <translation>여기서 학습이 진행 중입니다. 다른 학습을 지켜보려면 먼저 끝내세요.</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>곡선</translation>
    </message>
    <message>
        <source>How the training goes</source>
        <translation>학습이 어떻게 되어 가는가</translation>
    </message>
    <message>
        <source>Slow motion</source>
        <translation>느린 동작</translation>
    </message>
    <message>
        <source>Algorithm 1 of the paper with its values, one step at a time</source>
        <translation>논문의 알고리즘 1을 값과 함께 한 스텝씩</translation>
    </message>
    <message>
        <source>Choose data, and press Start.</source>
        <translation>데이터를 고르고 시작을 누르세요.</translation>
    </message>
    <message>
        <source>Getting ready: {0}</source>
        <translation>준비 중: {0}</translation>
    </message>
    <message>
        <source>Training: {0}</source>
        <translation>학습 중: {0}</translation>
    </message>
    <message>
        <source>Paused: {0}</source>
        <translation>멈춤: {0}</translation>
    </message>
    <message>
        <source>Saving: {0}</source>
        <translation>저장 중: {0}</translation>
    </message>
    <message>
        <source>All steps are done: {0}</source>
        <translation>모든 스텝 완료: {0}</translation>
    </message>
    <message>
        <source>Stopped and kept: {0}</source>
        <translation>끝내고 보관함: {0}</translation>
    </message>
    <message>
        <source>Ended by an error: {0}</source>
        <translation>오류로 끝남: {0}</translation>
    </message>
    <message>
        <source>Watching: {0}</source>
        <translation>지켜보는 중: {0}</translation>
    </message>
    <message>
        <source>Waiting for the first checkpoint of that training …</source>
        <translation>그 학습의 첫 체크포인트를 기다리는 중 …</translation>
    </message>
    <message>
        <source>Getting ready …</source>
        <translation>준비 중…</translation>
    </message>
    <message>
        <source>Pausing: {0}</source>
        <translation>멈추는 중: {0}</translation>
    </message>
    <message>
        <source>&lt;b&gt;The first samples are about to come.&lt;/b&gt;&lt;br&gt;&lt;br&gt;They come with the checkpoints that the training saves.</source>
        <translation>&lt;b&gt;곧 첫 표본이 나옵니다.&lt;/b&gt;&lt;br&gt;&lt;br&gt;학습이 체크포인트를 저장할 때마다 표본이 나옵니다.</translation>
    </message>
    <message>
        <source>&lt;b&gt;The first samples are about to come.&lt;/b&gt;&lt;br&gt;&lt;br&gt;They are drawn from the same noise every few seconds, so that one can see what the network has learned meanwhile.</source>
        <translation>&lt;b&gt;곧 첫 표본이 나옵니다.&lt;/b&gt;&lt;br&gt;&lt;br&gt;몇 초마다 같은 노이즈에서 표본을 뽑으므로, 그동안 신경망이 무엇을 배웠는지 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>&lt;b&gt;Watch a network learn.&lt;/b&gt;&lt;br&gt;&lt;br&gt;Choose data at the left and press Start. Every few seconds the network draws samples from the same noise: at first they are nothing but noise, then they come to look like the data. Afterwards the training can be gone through again with two sliders: training time, and t.</source>
        <translation>&lt;b&gt;신경망이 배우는 모습을 지켜보세요.&lt;/b&gt;&lt;br&gt;&lt;br&gt;왼쪽에서 데이터를 고르고 시작을 누르세요. 신경망이 몇 초마다 같은 노이즈에서 표본을 뽑습니다: 처음에는 노이즈뿐이지만 점점 데이터를 닮아 갑니다. 나중에 두 슬라이더, 학습 시간과 t로 학습을 다시 살펴볼 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>TrainingQuestions</name>
    <message>
        <source>Throw this training away?</source>
        <translation>이 학습을 버릴까요?</translation>
    </message>
    <message>
        <source>Its {0} steps and all its samples will be gone.</source>
        <translation>{0}개의 스텝과 모든 표본이 사라집니다.</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>버리기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>A training goes on: {0}. Save it and quit?</source>
        <translation>학습이 진행 중입니다: {0}. 저장하고 끝낼까요?</translation>
    </message>
    <message>
        <source>It can go on at the next start, exactly where it was stopped.</source>
        <translation>다음에 시작할 때 멈춘 바로 그 자리에서 이어 갈 수 있습니다.</translation>
    </message>
    <message>
        <source>Save and quit</source>
        <translation>저장하고 끝내기</translation>
    </message>
    <message>
        <source>Go on with the training of {0} at step {1}?</source>
        <translation>{0} 학습을 스텝 {1}부터 이어 갈까요?</translation>
    </message>
    <message>
        <source>{0} of {1} steps are done. It was left on {2}.</source>
        <translation>{1}개 중 {0}개의 스텝을 마쳤습니다. 멈춘 때: {2}.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>나중에</translation>
    </message>
    <message>
        <source>Discard…</source>
        <translation>버리기…</translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message>
        <source>Play or pause</source>
        <translation>재생 또는 일시 정지</translation>
    </message>
    <message>
        <source>One step towards the data</source>
        <translation>데이터 쪽으로 한 단계</translation>
    </message>
    <message>
        <source>One step towards the noise</source>
        <translation>노이즈 쪽으로 한 단계</translation>
    </message>
    <message>
        <source>A long step towards the data</source>
        <translation>데이터 쪽으로 크게 한 걸음</translation>
    </message>
    <message>
        <source>A long step towards the noise</source>
        <translation>노이즈 쪽으로 크게 한 걸음</translation>
    </message>
    <message>
        <source>To the data, t = 0</source>
        <translation>데이터로, t = 0</translation>
    </message>
    <message>
        <source>To the noise, t = T</source>
        <translation>노이즈로, t = T</translation>
    </message>
    <message>
        <source>Slower</source>
        <translation>느리게</translation>
    </message>
    <message>
        <source>Faster</source>
        <translation>빠르게</translation>
    </message>
    <message>
        <source>What happens at the end: stop, start again or turn</source>
        <translation>끝에서 할 일: 멈춤, 처음부터, 되돌아감</translation>
    </message>
    <message>
        <source>Turn the direction of playing</source>
        <translation>재생 방향 뒤집기</translation>
    </message>
</context>
</TS>
